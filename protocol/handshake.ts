import { hash, timingSafeEqual } from "node:crypto";

/** What the server asks of a client that must give a password. */
export interface Challenge {
  salt: string;
  iterations: number;
}

/** FWP: the version of the protocol that both sides speak. */
export const PROTOCOL_VERSION = 2;

/** FWP: `HI`. Without spaces, and in this order of keys: a published client splits it at a space. */
export function encodeHi(challenge?: Challenge): string {
  if (challenge === undefined) return `HI {"v":${PROTOCOL_VERSION}}`;
  return `HI {"v":${PROTOCOL_VERSION},"i":${challenge.iterations},"s":"${challenge.salt}"}`;
}

/** Reads the server's greeting, without its `+`. Throws when it is none. */
export function parseHi(text: string): { version: number; challenge?: Challenge } {
  const hi: unknown = text.startsWith("HI ") ? JSON.parse(text.slice("HI ".length)) : undefined;
  if (typeof hi !== "object" || hi === null || !("v" in hi) || typeof hi.v !== "number") {
    throw new Error(`not a Faktory server: it greeted with ${text.slice(0, 80)}`);
  }
  if (!("s" in hi)) return { version: hi.v };
  const iterations = "i" in hi ? Number(hi.i) : 1;
  return { version: hi.v, challenge: { salt: String(hi.s), iterations } };
}

/** A server is asked for hashes by strangers, so it makes them in steps of about a millisecond. */
const HASHES_A_STEP = 250;

/** FWP: SHA-256 of password and salt, then of the hash, `iterations` times in all; in hex. */
export function hashPassword(password: string, challenge: Challenge): string {
  const hashing = hashInSteps(password, challenge);
  for (;;) {
    const { done, value } = hashing.next();
    if (done) return value;
  }
}

/** The same with a pause, for the caller to use, every so often. */
export function* hashInSteps(
  password: string,
  { salt, iterations }: Challenge,
): Generator<void, string> {
  let hashed = hash("sha256", password + salt, "buffer");
  for (let count = 1; count < iterations; count++) {
    if (count % HASHES_A_STEP === 0) yield;
    hashed = hash("sha256", hashed, "buffer");
  }
  return hashed.toString("hex");
}

/** Compares in constant time. FWP: the case of the hex digits counts. */
export function isSameHash(expected: string, given: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const givenBytes = Buffer.from(given);
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}
