import { createHash, timingSafeEqual } from "node:crypto";

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

/** FWP: SHA-256 of password and salt, then of the hash, `iterations` times in all; in hex. */
export function hashPassword(password: string, { salt, iterations }: Challenge): string {
  let hash = createHash("sha256")
    .update(password + salt)
    .digest();
  for (let count = 1; count < iterations; count++) {
    hash = createHash("sha256").update(hash).digest();
  }
  return hash.toString("hex");
}

/** Compares in constant time. FWP: the case of the hex digits counts. */
export function isSameHash(expected: string, given: string): boolean {
  const expectedBytes = Buffer.from(expected);
  const givenBytes = Buffer.from(given);
  return expectedBytes.length === givenBytes.length && timingSafeEqual(expectedBytes, givenBytes);
}
