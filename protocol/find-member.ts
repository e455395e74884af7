const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/** Where a value stands in a text. */
export interface Span {
  start: number;
  end: number;
}

/**
 * The value of the first member of that name; undefined when there is none. Where scanJson checks a text
 * and tells of all its members, this walks through one that has been checked, and no further than it
 * must: the few members that are of use often come first.
 * @param object the text of a JSON object
 * @param name in ASCII; an object that spells it with escapes does not have it
 * @param limit a member that reaches further back than so many bytes is not found
 */
export function findMember(object: Buffer, name: string, limit = object.length): Span | undefined {
  let at = skipSpace(object, skipSpace(object, 0) + 1);
  while (object[at] === QUOTE) {
    const nameEnd = endOfString(object, at, limit);
    const isIt = isText(object, at + 1, nameEnd - 1, name);
    const colon = skipSpace(object, nameEnd);
    const start = skipSpace(object, colon + 1);
    const end = endOfValue(object, start, limit);
    if (end >= limit) return undefined; // there is at least a bracket behind it
    if (isIt) return { start, end };
    const comma = skipSpace(object, end);
    if (object[comma] !== COMMA) return undefined;
    at = skipSpace(object, comma + 1);
  }
  return undefined;
}

/** By hand: to ask the runtime for a piece of text is more work than the few bytes that are compared. */
function isText(text: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index++) {
    if (text[start + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

function skipSpace(text: Buffer, from: number): number {
  let at = from;
  while ((text[at] ?? QUOTE) <= SPACE) at++;
  return at;
}

/** @param start of its opening quote */
function endOfString(text: Buffer, start: number, limit: number): number {
  let at = start + 1;
  while (at < limit && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function endOfValue(text: Buffer, start: number, limit: number): number {
  const first = text[start];
  if (first === QUOTE) return endOfString(text, start, limit);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return endOfContainer(text, start, limit);
  let at = start;
  while (isPartOfScalar(text[at])) at++;
  return at;
}

function endOfContainer(text: Buffer, start: number, limit: number): number {
  let depth = 0;
  let at = start;
  do {
    const byte = text[at];
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    at = byte === QUOTE ? endOfString(text, at, limit) : at + 1;
  } while (depth > 0 && at < limit);
  return at;
}

/** Of a number, true, false or null. */
function isPartOfScalar(byte: number | undefined): boolean {
  return byte !== undefined && byte > SPACE && byte !== COMMA && byte !== CLOSE_OBJECT;
}
