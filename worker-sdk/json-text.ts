import { randomUUID } from "node:crypto";

/**
 * What becomes of an integer beyond 2^53 in a job, which a number would silently round:
 * `exact` makes it a bigint; `refuse` throws UnsafeInteger; `rounded` is what JSON.parse does.
 */
export type Integers = "exact" | "refuse" | "rounded";

/** A job has an integer that a number can't hold, and its handler has not said what to do. */
export class UnsafeInteger extends Error {
  override readonly name = "UnsafeInteger";

  constructor(written: string) {
    super(`${written} is beyond 2^53: ask for { integers: "exact" } where the job is handled`);
  }
}

/** Shorter ones are safe; so a text without such a run of digits, as most are, is simply parsed. */
const SUSPICIOUS = /\d{16}/;

/** False for nearly all texts, and then there is nothing to ask decodeJson for. */
export function mayHaveLargeIntegers(text: string): boolean {
  return SUSPICIOUS.test(text);
}

/** A JSON string, or a number with its fraction and exponent. */
const STRINGS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Takes a text that is known to be JSON: it comes from a server. @throws UnsafeInteger */
export function decodeJson(text: string, integers: Integers): unknown {
  if (integers === "rounded" || !SUSPICIOUS.test(text)) return JSON.parse(text);
  // No string of the text begins with what nobody could know before.
  const mark = randomUUID();
  let hasMarks = false;
  const marked = text.replace(STRINGS_AND_NUMBERS, (token) => {
    if (!/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))) return token;
    if (integers === "refuse") throw new UnsafeInteger(token);
    hasMarks = true;
    return `"${mark}${token}"`;
  });
  if (!hasMarks) return JSON.parse(text);
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** As JSON.stringify, but a bigint is written out, as an integer. */
export function encodeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // It refuses bigints; for all that have none it is several times faster than what follows.
    if (error instanceof TypeError) return encodeWithBigints(value);
    throw error;
  }
}

function encodeWithBigints(value: unknown): string {
  const mark = randomUUID();
  const text = JSON.stringify(value, (_name, member: unknown) =>
    typeof member === "bigint" ? `${mark}${member}` : member,
  );
  return text.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}
