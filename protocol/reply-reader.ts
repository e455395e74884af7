import type { Reply } from "./reply.ts";

export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

const LINE_END = "\r\n";

/** Cuts a stream of bytes into replies: the client's side of the wire. */
export class ReplyReader {
  #buffer: Buffer = Buffer.alloc(0);
  /** Chunks of a bulk reply whose end has not come yet: joined only when it has. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #neededBytes = 0;

  /** Calls back for each reply that the chunk completes. Throws ReplyError for what is no reply. */
  read(chunk: Buffer, onReply: (reply: Reply) => void): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < this.#neededBytes) return;
    this.#buffer = this.#pending.length === 1 ? chunk : Buffer.concat(this.#pending);
    for (;;) {
      const reply = this.#next();
      if (reply === undefined) break;
      onReply(reply);
    }
    this.#pending = this.#buffer.length === 0 ? [] : [this.#buffer];
    this.#pendingBytes = this.#buffer.length;
  }

  #next(): Reply | undefined {
    const lineEnd = this.#buffer.indexOf(LINE_END);
    this.#neededBytes = 0;
    if (lineEnd === -1) return undefined;
    const line = this.#buffer.toString("utf8", 0, lineEnd);
    const bodyStart = lineEnd + LINE_END.length;
    if (line.startsWith("$") && line !== "$-1") return this.#bulk(line, bodyStart);
    this.#buffer = this.#buffer.subarray(bodyStart);
    return parseLine(line);
  }

  #bulk(line: string, start: number): Reply | undefined {
    if (!/^\$\d+$/.test(line)) throw new ReplyError(`not a reply: ${line}`);
    const end = start + Number(line.slice(1));
    this.#neededBytes = end + LINE_END.length;
    if (this.#buffer.length < this.#neededBytes) return undefined;
    const body = this.#buffer.subarray(start, end);
    this.#buffer = this.#buffer.subarray(this.#neededBytes);
    return { kind: "bulk", body };
  }
}

function parseLine(line: string): Reply {
  if (line === "$-1") return { kind: "nil" };
  if (line.startsWith("+")) return { kind: "simple", text: line.slice(1) };
  const [, code, message] = /^-(\S+) ?(.*)$/s.exec(line) ?? [];
  if (code === undefined || message === undefined) throw new ReplyError(`not a reply: ${line}`);
  return { kind: "error", code, message };
}
