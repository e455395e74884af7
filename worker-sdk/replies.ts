import type { Reply } from "../protocol/reply.ts";

/** The text of a bulk reply. @throws TypeError for any other */
export function readText(reply: Reply): string {
  if (reply.kind === "bulk") return reply.body.toString();
  throw new TypeError(`the server answered with ${reply.kind} where a text was due`);
}

/** A JSON object of numbers. */
export function readNumbers(reply: Reply): Map<string, number> {
  return new Map([...readEntries(reply)].map(([name, value]) => [name, Number(value)]));
}

/** A JSON object of strings. */
export function readStrings(reply: Reply): Map<string, string> {
  return new Map([...readEntries(reply)].map(([name, value]) => [name, String(value)]));
}

function readEntries(reply: Reply): [string, unknown][] {
  const object: unknown = JSON.parse(readText(reply));
  if (typeof object === "object" && object !== null) return Object.entries(object);
  throw new TypeError("the server answered with something else than an object");
}
