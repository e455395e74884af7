import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Within it every reply comes: more than twice the two seconds that a FETCH waits for a job. */
export const REPLY_TIMEOUT_MS = 5000;

const CRLF = "\r\n";

/**
 * A client connection that reads each reply as one text: `+OK` and `-ERR …` as they came, a bulk
 * string as `$ <body>`, and `$-1`. Besides, `(closed)` when the server has closed the connection,
 * `(silent)` when nothing came in time, and `(not a reply) …` for bytes that are none of these.
 */
export class Connection {
  /** The `+HI …` line, once it has been read. */
  greeting = "";

  readonly #socket: Socket;
  #unread: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake = (): void => {};

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, "connect");
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#wake();
    });
    const onClosed = (): void => {
      this.#closed = true;
      this.#wake();
    };
    // A reset is one more way for the server to close.
    socket.on("end", onClosed).on("close", onClosed).on("error", onClosed);
  }

  /** What has come and was not read yet. */
  get unread(): string {
    return this.#unread.toString();
  }

  send(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
    this.#unread = Buffer.alloc(0);
  }

  async read(withinMs: number): Promise<string> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const reply = takeReply(this.#unread);
      if (reply) {
        this.#unread = reply.rest;
        if (reply.text.startsWith("+HI ")) this.greeting = reply.text;
        return reply.text;
      }
      const leftMs = deadline - Date.now();
      if (this.#closed || leftMs <= 0) {
        if (this.unread !== "") return `(not a reply) ${JSON.stringify(this.unread)}`;
        return this.#closed ? "(closed)" : "(silent)";
      }
      await this.#change(leftMs);
    }
  }

  /** Resolves when bytes have come, when the connection has closed, or when the time is up. */
  #change(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function takeReply(bytes: Buffer): { text: string; rest: Buffer } | undefined {
  const lineEnd = bytes.indexOf(CRLF);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString("utf8", 0, lineEnd);
  const bodyStart = lineEnd + CRLF.length;
  const length = /^\$(\d+)$/.exec(line)?.[1];
  if (length === undefined) {
    const text = /^[+\-:]|^\$-1$/.test(line) ? line : `(not a reply) ${line}`;
    return { text, rest: bytes.subarray(bodyStart) };
  }
  const bodyEnd = bodyStart + Number(length);
  const end = bodyEnd + CRLF.length;
  if (bytes.length < end) return undefined;
  const text = `$ ${bytes.toString("utf8", bodyStart, bodyEnd)}`;
  const terminated = bytes.toString("latin1", bodyEnd, end) === CRLF;
  return { text: terminated ? text : `(not a reply) ${text}`, rest: bytes.subarray(end) };
}
