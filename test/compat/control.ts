import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { hashPassword, parseHi } from "../../protocol/handshake.ts";
import type { Reply } from "../../protocol/reply.ts";
import { ReplyReader } from "../../protocol/reply-reader.ts";
import type { Info } from "../kit/wire.ts";
import type { Target } from "./target.ts";

/** The harness's own connection: it looks at the server, and tells workers what to do. */
export class Control {
  readonly #socket: Socket;
  readonly #waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new ReplyReader();
    socket.on("data", (chunk: Buffer) => {
      reader.read(chunk, (reply) => this.#waiting.shift()?.resolve(reply));
    });
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      const error = new Error("the server has closed the harness's connection");
      for (const call of this.#waiting.splice(0)) call.reject(error);
    });
  }

  static async connect({ host, port, password, caFile }: Target): Promise<Control> {
    const socket =
      caFile === undefined
        ? connectTcp({ host, port, noDelay: true })
        : connectTls({ host, port, ca: readFileSync(caFile) });
    const control = new Control(socket);
    const greeting = await control.#read();
    const { challenge } = parseHi(greeting.kind === "simple" ? greeting.text : greeting.kind);
    const pwdhash = challenge && hashPassword(password, challenge);
    const reply = await control.#call(`HELLO ${JSON.stringify({ v: 2, pwdhash })}`);
    if (reply.kind === "error") throw new Error(`HELLO: ${reply.message}`);
    return control;
  }

  async info(): Promise<Info["faktory"]> {
    const reply = await this.#call("INFO");
    if (reply.kind !== "bulk") throw new Error(`INFO was answered with ${reply.kind}`);
    return (JSON.parse(reply.body.toString()) as Info).faktory;
  }

  /** Whether the server knows a verb, asked with arguments that change nothing. */
  async knows(line: string): Promise<boolean> {
    const reply = await this.#call(line);
    return reply.kind !== "error" || !reply.message.startsWith("unknown command");
  }

  /** A classic Faktory knows the verb, and refuses all of it. */
  async hasBatches(): Promise<boolean> {
    const reply = await this.#call("BATCH STATUS b-00000000000000");
    return reply.kind === "error" && /no such batch/i.test(reply.message);
  }

  /** Puts a worker into a state, as the button in the web pages does. */
  async order(wid: string, state: "quiet" | "terminate"): Promise<void> {
    const reply = await this.#call(`BEAT ${JSON.stringify({ wid, current_state: state })}`);
    if (reply.kind === "error") throw new Error(`BEAT: ${reply.message}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #call(line: string): Promise<Reply> {
    this.#socket.write(`${line}\r\n`);
    return await this.#read();
  }

  #read(): Promise<Reply> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
