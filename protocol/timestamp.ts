import { MAX_ECHO_CHARACTERS } from "./limits.ts";

/**
 * RFC 3339 timestamps as Faktory reads them, its small liberties included: a one-digit hour, a
 * comma as the decimal sign, any number of decimals. The error texts are those that clients see.
 */

const LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";

export class TimestampError extends Error {
  override readonly name = "TimestampError";
}

/** @returns epoch milliseconds, with decimals where the text has them. Throws TimestampError. */
export function parseTimestamp(text: string): number {
  const reader = new Reader(text);
  const year = reader.digits(/^\d{4}/, "2006");
  reader.literal("-");
  const month = reader.inRange("month", reader.digits(/^\d{2}/, "01"), 1, 12);
  reader.literal("-");
  const day = reader.digits(/^\d{2}/, "02");
  reader.literal("T");
  const hour = reader.inRange("hour", reader.digits(/^\d{1,2}/, "15"), 0, 23);
  reader.literal(":");
  const minute = reader.inRange("minute", reader.digits(/^\d{2}/, "04"), 0, 59);
  reader.literal(":");
  const second = reader.inRange("second", reader.digits(/^\d{2}/, "05"), 0, 59);
  const fraction = reader.optional(/^[.,]\d+/);
  const offsetMinutes = reader.zone();
  reader.end();
  reader.inRange("day", day, 1, daysInMonth(year, month));

  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  const secondsOfDay = (hour * 60 + minute - offsetMinutes) * 60 + second;
  const fractionMs = fraction === "" ? 0 : Number(`0.${fraction.slice(1)}`) * 1000;
  return midnight + secondsOfDay * 1000 + fractionMs;
}

/** The last one: with thousands a second, most are of the same millisecond. */
let formatted = { epochMs: 0, text: new Date(0).toISOString() };

/** `2026-11-21T08:18:00.123Z`. Takes epoch milliseconds. */
export function formatTimestamp(epochMs: number): string {
  if (formatted.epochMs !== epochMs) formatted = { epochMs, text: new Date(epochMs).toISOString() };
  return formatted.text;
}

function daysInMonth(year: number, month: number): number {
  return new Date(new Date(0).setUTCFullYear(year, month, 0)).getUTCDate();
}

/** Reads a timestamp piece by piece; each error names the piece of the layout that did not fit. */
class Reader {
  readonly #text: string;
  #rest: string;

  constructor(text: string) {
    this.#text = text;
    this.#rest = text;
  }

  digits(pattern: RegExp, piece: string): number {
    const found = this.optional(pattern);
    if (found === "") this.#refuse(piece);
    return Number(found);
  }

  literal(character: string): void {
    if (!this.#rest.startsWith(character)) this.#refuse(character);
    this.#rest = this.#rest.slice(1);
  }

  optional(pattern: RegExp): string {
    const found = pattern.exec(this.#rest)?.[0] ?? "";
    this.#rest = this.#rest.slice(found.length);
    return found;
  }

  /** @returns minutes east of UTC */
  zone(): number {
    if (this.optional(/^Z/) !== "") return 0;
    const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})/.exec(this.#rest) ?? [];
    if (hours === undefined || minutes === undefined) return this.#refuse("Z07:00");
    const hour = this.inRange("time zone offset hour", Number(hours), 0, 24);
    const minute = this.inRange("time zone offset minute", Number(minutes), 0, 60);
    this.#rest = this.#rest.slice("+00:00".length);
    return (sign === "-" ? -1 : 1) * (hour * 60 + minute);
  }

  inRange(piece: string, value: number, least: number, most: number): number {
    if (value < least || value > most) this.#fail(`: ${piece} out of range`);
    return value;
  }

  end(): void {
    if (this.#rest !== "") this.#fail(`: extra text: ${quote(this.#rest)}`);
  }

  #refuse(piece: string): never {
    this.#fail(` as "${LAYOUT}": cannot parse ${quote(this.#rest)} as "${piece}"`);
  }

  #fail(reason: string): never {
    throw new TimestampError(`parsing time ${quote(this.#text)}${reason}`);
  }
}

/**
 * As Faktory quotes a timestamp in an error: bytes that are not printable ASCII as `\xNN`. Only so
 * much of it is looked at as an error repeats, since a client may send megabytes.
 */
function quote(text: string): string {
  const printable = [...Buffer.from(text.slice(0, MAX_ECHO_CHARACTERS))].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${printable.join("")}${text.length > MAX_ECHO_CHARACTERS ? "…" : ""}"`;
}
