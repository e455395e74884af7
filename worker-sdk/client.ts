import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { encodeHello } from "../protocol/commands/hello.ts";
import { hashPassword, PROTOCOL_VERSION, parseHi } from "../protocol/handshake.ts";
import type { Reply } from "../protocol/reply.ts";
import { ReplyReader } from "../protocol/reply-reader.ts";
import type { Address } from "./address.ts";

/** The server has refused a command. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  /** `ERR`, or a code that tells what to do. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Call {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** One connection to a Faktory-protocol server. Calls may overlap: replies come in their order. */
export class Client {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #calls: Call[] = [];
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server has closed the connection")));
  }

  /** Resolves when the server has let us in. Rejects with ServerError when it does not. */
  static async connect({ host, port, isTls, password }: Address): Promise<Client> {
    const options = { host, port, noDelay: true };
    const client = new Client(isTls ? connectTls(options) : connectTcp(options));
    try {
      const { challenge } = parseHi(readSimple(await client.#nextReply()));
      if (challenge !== undefined && password === "") {
        throw new Error(
          "the server asks for a password: set FAKTORY_PASSWORD or put it in the URL",
        );
      }
      const passwordHash = challenge && hashPassword(password, challenge);
      await client.call(
        encodeHello({ version: PROTOCOL_VERSION, ...(passwordHash && { passwordHash }) }),
      );
    } catch (error) {
      client.close();
      throw error;
    }
    return client;
  }

  /** Sends one line, without its end. Rejects with ServerError for an error reply. */
  async call(line: string): Promise<Reply> {
    this.#socket.write(`${line}\r\n`);
    const reply = await this.#nextReply();
    if (reply.kind === "error") throw new ServerError(reply.code, reply.message);
    return reply;
  }

  /** The server's own account of itself, as JSON text. FWP: INFO. */
  async info(): Promise<string> {
    const reply = await this.call("INFO");
    if (reply.kind !== "bulk") throw new Error(`INFO was answered with ${reply.kind}`);
    return reply.body.toString();
  }

  close(): void {
    this.#socket.end("END\r\n");
  }

  #nextReply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#calls.push({ resolve, reject });
    });
  }

  #read(chunk: Buffer): void {
    try {
      this.#reader.read(chunk, (reply) => this.#calls.shift()?.resolve(reply));
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : undefined);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const call of this.#calls.splice(0)) call.reject(this.#failure);
  }
}

function readSimple(reply: Reply): string {
  if (reply.kind === "simple") return reply.text;
  throw new Error(reply.kind === "error" ? reply.message : `greeted with ${reply.kind}`);
}
