import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Reply } from "../../protocol/reply.ts";
import { ReplyReader } from "../../protocol/reply-reader.ts";

/** As many as explain a failure. */
const REMEMBERED_LINES = 30;
const REMEMBERED_CHARACTERS = 200;

/** Sits between a client and the server, lets everything through, and knows what was said. */
export class Recorder {
  /** The answers to BEAT. */
  readonly beatReplies: string[] = [];
  /** How often FETCH was sent. */
  fetches = 0;
  /** How many of them wait for an answer. */
  fetchesWaiting = 0;
  readonly #server: Server;
  readonly #lines: string[] = [];
  #connections = 0;

  private constructor(host: string, port: number) {
    this.#server = createServer((client) => {
      this.#connect(client, connect({ host, port, noDelay: true }));
    });
  }

  static async start(host: string, port: number): Promise<Recorder> {
    const recorder = new Recorder(host, port);
    recorder.#server.listen(0, "127.0.0.1");
    await once(recorder.#server, "listening");
    return recorder;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The last that was said on all connections together. */
  get lastLines(): string {
    return this.#lines.join("\n");
  }

  stop(): void {
    this.#server.close();
  }

  #connect(client: Socket, server: Socket): void {
    const name = `#${++this.#connections}`;
    /** What has not been answered, the server's greeting first. */
    const unanswered = ["(connected)"];
    const reader = new ReplyReader();
    let rest = "";
    client.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("latin1")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) unanswered.push(this.#hear(name, line.trimEnd()));
    });
    server.on("data", (chunk: Buffer) => {
      reader.read(chunk, (reply) => this.#answer(name, unanswered.shift(), reply));
    });
    server.on("close", () => {
      this.fetchesWaiting -= unanswered.filter((verb) => verb === "FETCH").length;
    });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true).pipe(to);
      from.on("error", () => to.destroy());
    }
  }

  #hear(name: string, line: string): string {
    this.#remember(`${name} > ${Buffer.from(line, "latin1").toString()}`);
    const [verb = ""] = line.split(" ", 1);
    if (verb === "FETCH") {
      this.fetches++;
      this.fetchesWaiting++;
    }
    return verb;
  }

  #answer(name: string, verb: string | undefined, reply: Reply): void {
    const text = asText(reply);
    this.#remember(`${name} < ${text}`);
    if (verb === "BEAT") this.beatReplies.push(text);
    if (verb === "FETCH") this.fetchesWaiting--;
  }

  #remember(line: string): void {
    this.#lines.push(
      line.length > REMEMBERED_CHARACTERS ? `${line.slice(0, REMEMBERED_CHARACTERS)}…` : line,
    );
    if (this.#lines.length > REMEMBERED_LINES) this.#lines.shift();
  }
}

function asText(reply: Reply): string {
  switch (reply.kind) {
    case "simple":
      return `+${reply.text}`;
    case "error":
      return `-${reply.code} ${reply.message}`;
    case "bulk":
      return `$ ${reply.body.toString()}`;
    case "nil":
      return "$-1";
  }
}
