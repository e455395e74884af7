import { isAscii, isUtf8 } from "node:buffer";
import { MAX_JSON_DEPTH, MAX_JSON_ELEMENTS, MAX_JSON_MEMBERS } from "./limits.ts";

/**
 * Checks a JSON text and tells where the members of its outermost object, or array, stand.
 *
 * JSON.parse would lose what the broker promises to keep: `1.0`, 64-bit integers, key order and
 * escapes. So the text is never rebuilt from values; the broker reads the few members that it needs
 * and passes all others on as the bytes that they are.
 *
 * The messages of JsonError are those that Faktory sends (it forwards its decoder's), because
 * clients show them and tests compare them.
 */
export interface JsonText {
  kind: JsonKind;
  /** In the order of the text, duplicates included; empty unless kind is "object". */
  members: JsonMember[];
  /** Empty unless kind is "array". */
  elements: JsonSpan[];
  /** Where the value starts and ends in the text, without the white space around it. */
  start: number;
  end: number;
  /** The characters between two places in the text. */
  slice: (start: number, end: number) => string;
}

/** Where a value stands in the text, and what it is. */
export interface JsonSpan {
  kind: JsonKind;
  start: number;
  end: number;
}

export interface JsonMember extends JsonSpan {
  name: string;
  /** The name as it is written between its quotes, escapes and all. */
  rawName: string;
}

export type JsonKind = "object" | "array" | "string" | "number" | "bool" | "null";

export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** Throws JsonError when the text is not exactly one JSON value. */
export function scanJson(text: Buffer): JsonText {
  return new Scanner(text, slicerOf(text)).document();
}

/** Of ASCII, which most texts are, a slice costs no call into the runtime. */
function slicerOf(text: Buffer): JsonText["slice"] {
  if (isAscii(text)) {
    const characters = text.toString("latin1");
    return (start, end) => characters.slice(start, end);
  }
  if (!isUtf8(text)) throw new JsonError("invalid UTF-8");
  return (start, end) => text.toString("utf8", start, end);
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const LITERALS: Record<number, string> = { 0x66: "false", 0x6e: "null", 0x74: "true" };

/** What may follow a backslash, besides `u`: " \\ / b f n r t */
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\\\/bfnrt'));

const NAMED_BYTES: Record<number, string> = {
  0x07: "\\a",
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0b: "\\v",
  0x0c: "\\f",
  0x0d: "\\r",
  0x27: "\\'",
  0x5c: "\\\\",
};

/** The closing bracket of each container that the scanner is in, the outermost first. */
const openContainers = new Uint8Array(MAX_JSON_DEPTH + 1);

class Scanner {
  readonly #text: Buffer;
  readonly #slice: JsonText["slice"];
  #at = 0;
  #depth = 0;
  /** Whether the innermost container was only just opened, so that no comma is due. */
  #fresh = false;
  #nameStart = 0;
  #nameEnd = 0;

  constructor(text: Buffer, slice: JsonText["slice"]) {
    this.#text = text;
    this.#slice = slice;
  }

  document(): JsonText {
    this.#skipSpace();
    const start = this.#at;
    const members: JsonMember[] = [];
    const elements: JsonSpan[] = [];
    const kind = this.#begin();
    if (kind === "object") this.#members(members);
    if (kind === "array") this.#elements(elements);
    const end = this.#at;
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#refuse("after top-level value");
    return { kind, members, elements, start, end, slice: this.#slice };
  }

  #members(members: JsonMember[]): void {
    while (this.#nextElement()) {
      const rawName = this.#slice(this.#nameStart, this.#nameEnd);
      const { kind, start, end } = this.#span();
      members.push({ name: decodeString(rawName), rawName, kind, start, end });
      if (members.length > MAX_JSON_MEMBERS) {
        throw new JsonError(`an object has more than ${MAX_JSON_MEMBERS} members`);
      }
    }
  }

  #elements(elements: JsonSpan[]): void {
    while (this.#nextElement()) {
      elements.push(this.#span());
      if (elements.length > MAX_JSON_ELEMENTS) {
        throw new JsonError(`an array has more than ${MAX_JSON_ELEMENTS} elements`);
      }
    }
  }

  #span(): JsonSpan {
    this.#skipSpace();
    const start = this.#at;
    return { kind: this.#value(), start, end: this.#at };
  }

  /** Passes over one value: by a loop, so that no depth exhausts the stack. */
  #value(): JsonKind {
    const outerDepth = this.#depth;
    const kind = this.#begin();
    while (this.#depth > outerDepth) {
      if (this.#nextElement()) this.#begin();
    }
    return kind;
  }

  /** Passes over a whole scalar, or over the opening bracket of a container. */
  #begin(): JsonKind {
    this.#skipSpace();
    const byte = this.#text[this.#at];
    if (byte === QUOTE) return this.#string();
    if (byte === OPEN_OBJECT) return this.#open("object", CLOSE_OBJECT);
    if (byte === OPEN_ARRAY) return this.#open("array", CLOSE_ARRAY);
    if (byte === MINUS || isDigit(byte)) return this.#number();
    const literal = LITERALS[byte ?? 0];
    if (literal === undefined) return this.#refuse("looking for beginning of value");
    return this.#literal(literal);
  }

  #open(kind: JsonKind, closing: number): JsonKind {
    if (this.#depth === MAX_JSON_DEPTH) this.#refuse("exceeded max depth");
    openContainers[++this.#depth] = closing;
    this.#fresh = true;
    this.#at++;
    return kind;
  }

  /** Goes to the next value of the innermost container; false when the container closes instead. */
  #nextElement(): boolean {
    const closing = openContainers[this.#depth];
    this.#skipSpace();
    const byte = this.#text[this.#at];
    const fresh = this.#fresh;
    this.#fresh = false;
    if (byte === closing) {
      this.#at++;
      this.#depth--;
      return false;
    }
    if (!fresh) {
      const isObject = closing === CLOSE_OBJECT;
      if (byte !== COMMA)
        this.#refuse(isObject ? "after object key:value pair" : "after array element");
      this.#at++;
    }
    if (closing === CLOSE_OBJECT) this.#name();
    return true;
  }

  #name(): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== QUOTE) this.#refuse("looking for beginning of object key string");
    this.#nameStart = this.#at + 1;
    this.#string();
    this.#nameEnd = this.#at - 1;
    this.#skipSpace();
    if (this.#text[this.#at] !== COLON) this.#refuse("after object key");
    this.#at++;
  }

  #string(): JsonKind {
    for (;;) {
      this.#skipPlain();
      const byte = this.#text[this.#at];
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) this.#refuse("in string literal");
      this.#escape();
    }
    this.#at++;
    return "string";
  }

  /** To the next byte that is not simply part of a string. Most bytes of all jobs pass through here. */
  #skipPlain(): void {
    const text = this.#text;
    let at = this.#at + 1;
    for (; at < text.length; at++) {
      const byte = text[at] ?? QUOTE;
      if (byte === QUOTE || byte === BACKSLASH || byte < 0x20) break;
    }
    this.#at = at;
  }

  #escape(): void {
    const byte = this.#text[++this.#at];
    if (byte === LOWER_U) {
      for (let digit = 0; digit < 4; digit++) {
        if (!isHexDigit(this.#text[++this.#at]))
          this.#refuse("in \\u hexadecimal character escape");
      }
    } else if (byte === undefined || !SIMPLE_ESCAPES.has(byte)) {
      this.#refuse("in string escape code");
    }
  }

  #number(): JsonKind {
    if (this.#text[this.#at] === MINUS) this.#at++;
    if (this.#text[this.#at] === ZERO) this.#at++;
    else this.#digits("in numeric literal");
    if (this.#text[this.#at] === POINT) {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    const exponent = this.#text[this.#at];
    if (exponent === LOWER_E || exponent === UPPER_E) {
      const sign = this.#text[++this.#at];
      if (sign === PLUS || sign === MINUS) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
    return "number";
  }

  #digits(where: string): void {
    if (!isDigit(this.#text[this.#at])) this.#refuse(where);
    while (isDigit(this.#text[this.#at])) this.#at++;
  }

  #literal(literal: string): JsonKind {
    for (let index = 1; index < literal.length; index++) {
      if (this.#text[++this.#at] !== literal.charCodeAt(index)) {
        this.#refuse(`in literal ${literal} (expecting '${literal[index]}')`);
      }
    }
    this.#at++;
    return literal === "null" ? "null" : "bool";
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#text[this.#at];
      if (byte === undefined || byte > 0x20) return;
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
      this.#at++;
    }
  }

  /** Throws for the byte at hand, or for the end of the text. */
  #refuse(where: string): never {
    const byte = this.#text[this.#at];
    if (byte === undefined) throw new JsonError("unexpected end of JSON input");
    throw new JsonError(`invalid character ${quoteByte(byte)} ${where}`);
  }
}

/** @param raw a string without its quotes, escapes and all */
export function decodeString(raw: string): string {
  return raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

/** A byte as the error names it: printable, with the escapes of a C string for the rest. */
function quoteByte(byte: number): string {
  const named = NAMED_BYTES[byte];
  if (named !== undefined) return `'${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  if (byte >= 0x80 && byte <= 0xa0) return `'\\u00${byte.toString(16)}'`;
  return `'${String.fromCharCode(byte)}'`;
}
