import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";
import { encodeHello, type Hello } from "../protocol/commands/hello.ts";
import { hashPassword, PROTOCOL_VERSION, parseHi } from "../protocol/handshake.ts";
import { FETCH_WAIT_MS } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import { ReplyReader } from "../protocol/reply-reader.ts";
import type { Address } from "./address.ts";
import { HandshakeRefused } from "./errors.ts";
import { startTimer } from "./timer.ts";

export interface ConnectOptions {
  /** What Node's TLS is told besides host and port: certificates, for the most part. */
  tls?: Pick<TlsOptions, "ca" | "cert" | "key" | "rejectUnauthorized" | "servername"> | undefined;
  /** What the connection says of itself; a worker's has its wid. */
  hello?: Partial<Hello> | undefined;
  /** Takes what comes without having been asked for. A server does that only where it was told to. */
  onUnasked?: ((reply: Reply) => void) | undefined;
  /** From the first packet to the server's OK. */
  timeoutMs: number;
}

/** Whoever waits for a reply. */
export interface Waiting {
  resolve(reply: Reply): void;
  /** The connection is gone: the reply will not come. */
  reject(error: Error): void;
}

/** FWP: the server stops, has not done the command, and hangs up. Its code says no more than ERR. */
export function isShutdown(message: string): boolean {
  return message.startsWith("shutdown in progress");
}

/**
 * What a millrace answers to HELLO while its store is away, or when it has had no time to hear us: that is
 * for now, too, and not about us.
 */
const FOR_NOW = /^handshake not completed within |\bRedis\b/;

/** How long a server may take to hang up, once we have: longer than a FETCH waits. */
const HANG_UP_MS = FETCH_WAIT_MS + 1_000;

/** When an idle connection is looked after by the kernel: well before load balancers forget it. */
const KEEP_ALIVE_MS = 30_000;

/**
 * One connection to a Faktory-protocol server. Commands may overlap: replies come in their order.
 * What is sent in one turn of the event loop leaves in one write.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #onUnasked: (reply: Reply) => void;
  readonly #reader = new ReplyReader();
  #waiting: Waiting[] = [];
  /** Those before it have been answered: to shift each would cost the more the longer the list is. */
  #answered = 0;
  #unsent: string[] = [];
  #failure: Error | undefined;
  #lastHeardAt = performance.now();
  readonly #closed: Promise<void>;

  private constructor(socket: Socket, onUnasked: (reply: Reply) => void = () => {}) {
    this.#socket = socket;
    this.#onUnasked = onUnasked;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#fail(error));
    this.#closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#fail(new Error("the server has closed the connection"));
        resolve();
      });
    });
  }

  /** Resolves when the server has let us in. Rejects with HandshakeRefused when it does not. */
  static async connect(address: Address, options: ConnectOptions): Promise<Connection> {
    const { host, port, isTls } = address;
    const place = { host, port, noDelay: true, keepAlive: true };
    const keepAlive = { ...place, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const socket = isTls ? connectTls({ ...keepAlive, ...options.tls }) : connectTcp(keepAlive);
    const connection = new Connection(socket, options.onUnasked);
    const timer = startTimer(
      () => connection.destroy(new Error(`no handshake within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    try {
      await connection.#shakeHands(address.password, options.hello ?? {});
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Why it is not open any longer. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** When the server was last heard of, by performance.now(). */
  get lastHeardAt(): number {
    return this.#lastHeardAt;
  }

  /** Resolves when nothing comes any longer. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Sends one line, without its end. The reply may be an error. */
  send(line: string, waiting: Waiting): void {
    if (this.#failure !== undefined) {
      waiting.reject(this.#failure);
      return;
    }
    this.#waiting.push(waiting);
    this.#unsent.push(line);
    // After all promises that are ready to go on: whatever they send goes with it.
    if (this.#unsent.length === 1) process.nextTick(() => this.#flush());
  }

  /** The same with a promise. */
  ask(line: string): Promise<Reply> {
    return new Promise((resolve, reject) => this.send(line, { resolve, reject }));
  }

  /**
   * Sends nothing more, and reads what still comes until the server hangs up; one that does not is hung
   * up on. To a millrace, a FETCH that waits is over with that.
   */
  finish(): void {
    this.#flush();
    this.#socket.end();
    const timer = startTimer(() => this.destroy(), HANG_UP_MS);
    void this.#closed.then(() => clearTimeout(timer));
  }

  /** Says goodbye; the server answers what it has been sent, and hangs up. FWP: END. */
  close(): void {
    if (this.#failure !== undefined) return;
    this.#unsent.push("END");
    this.finish();
  }

  destroy(error?: Error): void {
    if (error !== undefined) this.#fail(error);
    this.#socket.destroy();
  }

  async #shakeHands(password: string, hello: Partial<Hello>): Promise<void> {
    const greeting = await new Promise<Reply>((resolve, reject) =>
      this.#waiting.push({ resolve, reject }),
    );
    // FWP: an error in the place of HI is for now, such as too many connections.
    if (greeting.kind === "error")
      throw new Error(`the server is closed to us: ${greeting.message}`);
    if (greeting.kind !== "simple") throw new Error(`greeted with ${greeting.kind}`);
    const { challenge } = parseHi(greeting.text);
    if (challenge !== undefined && password === "") {
      throw new HandshakeRefused(
        "ERR",
        "the server asks for a password: set FAKTORY_PASSWORD or put it in the URL",
      );
    }
    const passwordHash = challenge && hashPassword(password, challenge);
    const said = { ...hello, version: PROTOCOL_VERSION, ...(passwordHash && { passwordHash }) };
    const reply = await this.ask(encodeHello(said));
    if (reply.kind !== "error") return;
    if (isShutdown(reply.message) || FOR_NOW.test(reply.message))
      throw new Error(`the server is closed to us: ${reply.message}`);
    throw new HandshakeRefused(reply.code, reply.message);
  }

  #flush(): void {
    if (this.#unsent.length === 0 || this.#failure !== undefined) return;
    const lines = `${this.#unsent.join("\r\n")}\r\n`;
    this.#unsent = [];
    this.#socket.write(lines);
  }

  #read(chunk: Buffer): void {
    this.#lastHeardAt = performance.now();
    try {
      this.#reader.read(chunk, (reply) => this.#answer(reply));
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer(reply: Reply): void {
    if (this.#answered === this.#waiting.length) return this.#onUnasked(reply);
    const waiting = this.#waiting[this.#answered++];
    if (this.#answered * 2 > this.#waiting.length) this.#forgetAnswered();
    waiting?.resolve(reply);
  }

  #forgetAnswered(): void {
    this.#waiting.splice(0, this.#answered);
    this.#answered = 0;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#forgetAnswered();
    const lost = this.#waiting;
    this.#waiting = [];
    for (const waiting of lost) waiting.reject(this.#failure);
  }
}
