/**
 * Readers for what Redis replies: each gives the type that it is named after, or throws. Redis sends
 * strings as bytes, and integers, and lists of both.
 */

export function list(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : unexpected(reply);
}

export function integer(reply: unknown): number {
  return typeof reply === "number" ? reply : unexpected(reply);
}

/** A text of ones and zeros, which is far less work to read than a list. */
export function digits(reply: unknown): boolean[] {
  return Array.from(text(reply), (digit) => {
    if (digit !== "1" && digit !== "0") return unexpected(text(reply));
    return digit === "1";
  });
}

export function bytes(reply: unknown): Buffer {
  return Buffer.isBuffer(reply) ? reply : unexpected(reply);
}

export function text(reply: unknown): string {
  return bytes(reply).toString();
}

/** A list in which a name and a value take turns. */
export function pairs(reply: unknown): [name: string, value: Buffer][] {
  const flat = list(reply);
  const found: [string, Buffer][] = [];
  for (let index = 0; index < flat.length; index += 2) {
    found.push([text(flat[index]), bytes(flat[index + 1])]);
  }
  return found;
}

export function unexpected(reply: unknown): never {
  throw new TypeError(`Redis replied with ${JSON.stringify(reply)}, which was not to be expected`);
}
