import { Command } from "ioredis";

/** What a command of Redis takes: it knows only strings and bytes. */
export type Argument = string | number | Buffer;

/**
 * A call that is written for Redis before it is sent: RESP, an array of strings. What ioredis does for
 * each of its parameters is much of a small call's time, and most of them are the same every time.
 */
export class EncodedCall extends Command {
  readonly #bytes: string | Buffer;

  /**
   * @param head the first of its parts, as `encodeHead` gives them
   * @param rest the others
   */
  constructor(head: CallHead, rest: readonly Argument[]) {
    super(head.name, [], { replyEncoding: null });
    this.#bytes = encode(head, rest);
  }

  override toWritable(): string | Buffer {
    return this.#bytes;
  }
}

/** The parts that are the same in many calls. */
export interface CallHead {
  name: string;
  count: number;
  encoded: string;
}

export function encodeHead(name: string, parameters: readonly (string | number)[]): CallHead {
  const encoded = [name, ...parameters].map((part) => encodeText(String(part))).join("");
  return { name, count: 1 + parameters.length, encoded };
}

/** One text, where all of it is text; else bytes, with each of the pieces copied once. */
function encode(head: CallHead, rest: readonly Argument[]): string | Buffer {
  const pieces: (string | Buffer)[] = [];
  let text = `*${head.count + rest.length}\r\n${head.encoded}`;
  for (const part of rest) {
    if (typeof part === "object") {
      pieces.push(`${text}$${part.length}\r\n`, part);
      text = "\r\n";
    } else {
      text += encodeText(typeof part === "string" ? part : String(part));
    }
  }
  if (pieces.length === 0) return text;
  pieces.push(text);
  return join(pieces);
}

function encodeText(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function join(pieces: readonly (string | Buffer)[]): Buffer {
  let length = 0;
  for (const piece of pieces) {
    length += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  }
  const joined = Buffer.allocUnsafe(length);
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") at += joined.write(piece, at);
    else at += piece.copy(joined, at);
  }
  return joined;
}
