import { connect, type Socket } from "node:net";

/** A reply in a connection's buffer; good until the next one. */
export interface Reply {
  bytes: Buffer;
  /** Where the text of a bulk string begins; 0 for other replies. */
  bodyAt: number;
  /** Where the text of any reply ends; its line's end follows. */
  bodyEnd: number;
  isNil: boolean;
}

const HELLO = Buffer.from('HELLO {"v":2}\r\n');
const HELLO_FOR_LEASES = Buffer.from('HELLO {"v":2,"wid":"bench","ext":["lease"]}\r\n');

type OnReply = (reply: Reply, tookMs: number) => void;

const PLUS = "+".charCodeAt(0);
const MINUS = "-".charCodeAt(0);
const DOLLAR = "$".charCodeAt(0);
const ZERO = "0".charCodeAt(0);
const RETURN = "\r".charCodeAt(0);
const LINE_FEED = "\n".charCodeAt(0);

/**
 * A classic synchronous client: sends a command, and the next one when the reply is there.
 * It costs as little as Node's sockets allow: a buffer that is read into again and again, no
 * streams' `data` events, no promise a command.
 */
export class Client {
  readonly #socket: Socket;
  readonly #onFailure: (error: Error) => void;
  readonly #reply: Reply = { bytes: Buffer.alloc(0), bodyAt: 0, bodyEnd: 0, isNil: false };
  /** A reply that came in more than one piece. */
  #partial: Buffer | undefined;
  #onReply: OnReply | undefined;
  #sentAt = 0;
  #isClosed = false;

  private constructor(host: string, port: number, onFailure: (error: Error) => void) {
    this.#onFailure = onFailure;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(4096),
        callback: (length, bytes) => {
          this.#read(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), length);
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#fail(error.message));
    this.#socket.on("close", () => this.#fail("the server hung up"));
  }

  /** Connects and says HELLO. Whatever goes wrong later, an error reply included, fails it. */
  static connect(
    { host, port, hasLeases = false }: { host: string; port: number; hasLeases?: boolean },
    onFailure: (error: Error) => void,
  ): Promise<Client> {
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const fail = (error: Error) => (isConnected ? onFailure(error) : reject(error));
      const client = new Client(host, port, fail);
      client.#onReply = () => {
        client.send(hasLeases ? HELLO_FOR_LEASES : HELLO, () => {
          isConnected = true;
          resolve(client);
        });
      };
    });
  }

  /** The command must stay as it is until the reply is there. */
  send(command: Buffer, onReply: OnReply): void {
    this.#onReply = onReply;
    this.#sentAt = performance.now();
    this.#socket.write(command);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer, length: number): void {
    if (this.#isClosed) return;
    let bytes = chunk;
    let end = length;
    if (this.#partial !== undefined) {
      bytes = Buffer.concat([this.#partial, chunk.subarray(0, length)]);
      end = bytes.length;
    }
    if (!this.#isComplete(bytes, end)) {
      this.#partial = Buffer.from(bytes.subarray(0, end));
      return;
    }
    this.#partial = undefined;
    this.#reply.bytes = bytes;
    this.#onReply?.(this.#reply, performance.now() - this.#sentAt);
  }

  /** Only one reply is ever under way, so nothing follows it. Notes where its body begins. */
  #isComplete(bytes: Buffer, end: number): boolean {
    const reply = this.#reply;
    reply.isNil = false;
    reply.bodyAt = 0;
    reply.bodyEnd = end - 2;
    if (bytes[0] !== DOLLAR) {
      const isWhole = bytes[end - 1] === LINE_FEED;
      if (isWhole && bytes[0] !== PLUS) this.#fail(bytes.toString("utf8", 0, end).trim());
      return isWhole;
    }
    if (bytes[end - 1] !== LINE_FEED) return false;
    if (bytes[1] === MINUS) {
      reply.isNil = true;
      return true;
    }
    let size = 0;
    let at = 1;
    for (; at < end && bytes[at] !== RETURN; at++) size = size * 10 + (bytes[at] ?? 0) - ZERO;
    reply.bodyAt = at + 2;
    return end >= at + 2 + size + 2;
  }

  #fail(message: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#onFailure(new Error(message));
  }
}
