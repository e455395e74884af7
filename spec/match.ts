/**
 * Whether a reply is what a transcript expects. A reply is written as connection.ts reads it; an
 * expectation has one of these forms, and after `$ ` (the body of a bulk string) again one of them:
 *
 *     {"jid":"*"}     the reply is JSON with at least these members; "*" is any value;
 *                     arrays have the same length
 *     /-ERR .+/       the regular expression matches the whole reply
 *     +OK             anything else is literal, `$-1` and `(closed)` among it
 */
export function matches(expected: string, reply: string): boolean {
  if (expected.startsWith("$ ")) {
    return reply.startsWith("$ ") && matches(expected.slice(2), reply.slice(2));
  }
  if (/^\/.+\/$/.test(expected)) {
    return new RegExp(`^(?:${expected.slice(1, -1)})$`, "su").test(reply);
  }
  if (/^\{.*\}$/.test(expected)) return matchesJson(JSON.parse(expected), parseJson(reply));
  return expected === reply;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function matchesJson(expected: unknown, actual: unknown): boolean {
  if (expected === "*") return actual !== undefined;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matchesJson(item, actual[index]))
    );
  }
  if (isObject(expected)) {
    return (
      isObject(actual) &&
      Object.entries(expected).every(([name, value]) => matchesJson(value, actual[name]))
    );
  }
  return expected === actual;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
