import { randomBytes, randomInt } from "node:crypto";
import { type Challenge, hashPassword, isSameHash } from "../../protocol/handshake.ts";

/** FWP: how often a client hashes the password; random for each connection. */
const MIN_ITERATIONS = 4_000;
const MAX_ITERATIONS = 8_096;

export interface PasswordOptions {
  /** Empty when anybody may connect. */
  password: string;
  /**
   * FWP: a client whose HELLO has `v` below 2, or none, hashes only once. A published Python client
   * needs it; who has none of that kind may refuse it.
   */
  allowSingleHash: boolean;
}

interface GivenHash {
  version: number;
  passwordHash: string;
}

/** Who may connect. */
export class Password {
  #options: PasswordOptions;

  constructor(options: PasswordOptions) {
    this.#options = options;
  }

  /** From now on others may connect; who has been let in stays. */
  change(options: PasswordOptions): void {
    }

  /** What a new connection is asked; nothing when no password is set. */
  challenge(): Challenge | undefined {
    if (this.#options.password === "") return undefined;
    const salt = randomBytes(8).readBigUInt64BE() >> 1n;
    return { salt: salt.toString(16), iterations: randomInt(MIN_ITERATIONS, MAX_ITERATIONS) };
  }

  /** @param given the client's version of FWP, and what it made of the password */
  accepts(given: GivenHash, challenge: Challenge | undefined): boolean {
    const { version, passwordHash } = given;
    const { password, allowSingleHash } = this.#options;
    if (password === "") return true;
    // There was no password yet when it was greeted.
    if (challenge === undefined) return false;
    const iterations = version < 2 ? 1 : challenge.iterations;
    if (version < 2 && !allowSingleHash) return false;
    return isSameHash(hashPassword(password, { ...challenge, iterations }), passwordHash);
  }
}
