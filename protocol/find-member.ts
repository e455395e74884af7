const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/**
 * The value of the first member of that name, as it is written; undefined when there is none. Where
 * scanJson checks a text and tells of all its members, this walks through one that has been checked,
 * and no further than it must: the few members that are of use often come first.
 * @param object the text of a JSON object
 * @param name in ASCII; an object that spells it with escapes does not have it
 * @param maxBytes a member that begins further back is not found
 */
export function findMember(
  object: Buffer,
  name: string,
  maxBytes: number = object.length,
): Buffer | undefined {
  let at = skipSpace(object, skipSpace(object, 0) + 1);
  while (object[at] === QUOTE && at < maxBytes) {
    const nameEnd = endOfString(object, at);
    const isIt = isText(object, at + 1, nameEnd - 1, name);
    const colon = skipSpace(object, nameEnd);
    const start = skipSpace(object, colon + 1);
    const end = endOfValue(object, start);
    if (isIt) return object.subarray(start, end);
    const comma = skipSpace(object, end);
    if (object[comma] !== COMMA) return undefined;
    at = skipSpace(object, comma + 1);
  }
  return undefined;
}

function isText(text: Buffer, start: number, end: number, name: string): boolean {
  return end - start === name.length && text.toString("latin1", start, end) === name;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while ((text[at] ?? QUOTE) <= SPACE) at++;
  return at;
}

/** @param start of its opening quote */
function endOfString(text: Buffer, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfValue(text: Buffer, start: number): number {
  const first = text[start];
  if (first === QUOTE) return endOfString(text, start);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return endOfContainer(text, start);
  let at = start;
  while (isPartOfScalar(text[at])) at++;
  return at;
}

function endOfContainer(text: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const byte = text[at];
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    at = byte === QUOTE ? endOfString(text, at) : at + 1;
  } while (depth > 0 && at < text.length);
  return at;
}

/** Of a number, true, false or null. */
function isPartOfScalar(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte !== COMMA && byte !== CLOSE_OBJECT;
}
