/**
 * The token of a lease as a client names it: a whole number that is exact in every language. 0 is no
 * token, so that one that was never set is found out.
 */
export function isToken(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
