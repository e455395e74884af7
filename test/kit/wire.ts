import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Reply } from "../../protocol/reply.ts";
import { ReplyReader } from "../../protocol/reply-reader.ts";

/** What tests look at in INFO. */
export interface Info {
  faktory: {
    queues: Record<string, number>;
    sets: { dead: number; retries: number; scheduled: number; working: number };
    total_failures: number;
    total_processed: number;
    total_enqueued: number;
  };
  server: { connections: number; command_count: number };
}

/** A client that speaks lines and replies, and knows nothing better: what a test says is what is sent. */
export class Wire {
  readonly socket: Duplex;
  /** What the server said first: HI as a rule. */
  greeting = "";
  readonly #reader = new ReplyReader();
  readonly #replies: Reply[] = [];
  #waiting: ((reply: Reply | "closed") => void)[] = [];
  #isClosed = false;

  private constructor(socket: Duplex) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#reader.read(chunk, (reply) => this.#take(reply)));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#isClosed = true;
      for (const resolve of this.#waiting.splice(0)) resolve("closed");
    });
  }

  /** Speaks over a stream that is there already; what the server says first is yet to be read. */
  static over(stream: Duplex): Wire {
    stream.once("end", () => stream.destroy()); // as a socket does
    return new Wire(stream);
  }

  /** Connects, and reads no further than the server's HI. */
  static async open(port: number): Promise<Wire> {
    const wire = new Wire(connect({ port, host: "127.0.0.1", noDelay: true }));
    wire.greeting = await wire.read();
    return wire;
  }

  /** Connects and says HELLO. */
  static async hello(port: number, members: Record<string, unknown> = {}): Promise<Wire> {
    const wire = await Wire.open(port);
    const reply = await wire.call(`HELLO ${JSON.stringify({ v: 2, ...members })}`);
    if (reply !== "+OK") throw new Error(`HELLO was answered with ${reply}`);
    return wire;
  }

  send(line: string | Buffer): void {
    this.socket.write(line);
    this.socket.write("\r\n");
  }

  /** The next reply as text: `+OK`, `-ERR …`, `$-1`, or a bulk reply's body; `(closed)` after the last. */
  async read(): Promise<string> {
    const reply = this.#replies.shift() ?? (this.#isClosed ? "closed" : await this.#next());
    if (reply === "closed") return "(closed)";
    switch (reply.kind) {
      case "simple":
        return `+${reply.text}`;
      case "error":
        return `-${reply.code} ${reply.message}`;
      case "bulk":
        return reply.body.toString();
      case "nil":
        return "$-1";
    }
  }

  async call(line: string | Buffer): Promise<string> {
    this.send(line);
    return await this.read();
  }

  /** Pushes a job with defaults for what the test does not care about. */
  async push(job: Record<string, unknown>): Promise<string> {
    return await this.call(`PUSH ${JSON.stringify({ jobtype: "T", args: [], ...job })}`);
  }

  /** The jid of the next job, or undefined when there is none. */
  async fetch(...queues: string[]): Promise<string | undefined> {
    const reply = await this.call(`FETCH ${queues.join(" ")}`);
    return reply === "$-1" ? undefined : (JSON.parse(reply) as { jid: string }).jid;
  }

  async info(): Promise<Info> {
    return JSON.parse(await this.call("INFO")) as Info;
  }

  close(): void {
    this.socket.destroy();
  }

  #next(): Promise<Reply | "closed"> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#replies.push(reply);
    else waiting(reply);
  }
}
