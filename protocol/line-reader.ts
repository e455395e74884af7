const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
}

/**
 * Pieces of a line are joined until they are so long: each costs a few hundred bytes besides, and a
 * client may send a byte at a time.
 */
const JOINED_BYTES = 4_096;

/**
 * Cuts a stream of bytes into lines: FWP's commands. A line ends with LF or CRLF.
 *
 * TCP may cut anywhere, so what is left over waits for the next chunk; only new bytes are searched,
 * so a line in many chunks costs no more than its length. A line that came in one chunk is a view of
 * that chunk, not a copy.
 */
export class LineReader {
  /** How long a line may be; may be changed at any time. */
  maxBytes: number;
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Calls back for each line that the chunk completes. Throws LineTooLongError. */
  read(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      if (end === -1) break;
      onLine(this.#complete(chunk, start, end));
      start = end + 1;
    }
    // A copy, where lines came before it: a view would keep them from being freed.
    if (start === 0) this.#keep(chunk);
    else if (start < chunk.length) this.#keep(Buffer.from(chunk.subarray(start)));
  }

  /** How long the line is of which the end has not come yet, as far as it has. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Forgets that line. */
  clear(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }

  #complete(chunk: Buffer, start: number, end: number): Buffer {
    // Most lines come in one piece.
    if (this.#pendingBytes === 0) {
      this.#refuseOver(end - start);
      return chunk.subarray(
        start,
        chunk[end - 1] === CARRIAGE_RETURN && end > start ? end - 1 : end,
      );
    }
    this.#keep(chunk.subarray(start, end));
    const line = Buffer.concat(this.#pending);
    this.clear();
    return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
  }

  #keep(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    this.#refuseOver(this.#pendingBytes);
    this.#pending.push(bytes);
    this.#join();
  }

  #refuseOver(bytes: number): void {
    if (bytes <= this.maxBytes) return;
    throw new LineTooLongError(`line is longer than ${this.maxBytes} bytes`);
  }

  /** Joins the last pieces as a counter carries: none is copied more often than it has doublings. */
  #join(): void {
    for (;;) {
      const [before, last] = this.#pending.slice(-2);
      if (before === undefined || last === undefined) return;
      if (before.length > last.length || last.length >= JOINED_BYTES) return;
      this.#pending.splice(-2, 2, Buffer.concat([before, last]));
    }
  }
}
