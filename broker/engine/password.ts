import { randomBytes, randomInt } from "node:crypto";
import { type Challenge, hashInSteps, isSameHash } from "../../protocol/handshake.ts";

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
  /** Hashes are made one after another: together they would keep everybody else waiting. */
  #lastCheck: Promise<unknown> = Promise.resolve();

  constructor(options: PasswordOptions) {
    this.#options = options;
  }

  /** From now on others may connect; who has been let in stays. */
  change(options: PasswordOptions): void {
    this.#options = options;
  }

  /** What a new connection is asked; nothing when no password is set. */
  challenge(): Challenge | undefined {
    if (this.#options.password === "") return undefined;
    const salt = randomBytes(8).readBigUInt64BE() >> 1n;
    return { salt: salt.toString(16), iterations: randomInt(MIN_ITERATIONS, MAX_ITERATIONS) };
  }

  /**
   * @param given the client's version of FWP, and what it made of the password
   * @param isAwaited whether the client is still there
   */
  async accepts(
    given: GivenHash,
    challenge: Challenge | undefined,
    isAwaited: () => boolean,
  ): Promise<boolean> {
    const { version, passwordHash } = given;
    const { password, allowSingleHash } = this.#options;
    if (password === "") return true;
    // There was no password yet when it was greeted.
    if (challenge === undefined) return false;
    const iterations = version < 2 ? 1 : challenge.iterations;
    if (version < 2 && !allowSingleHash) return false;
    const check = this.#lastCheck.then(() =>
      hashUnhurried(password, { ...challenge, iterations }, isAwaited),
    );
    this.#lastCheck = check;
    const expected = await check;
    return expected !== undefined && isSameHash(expected, passwordHash);
  }
}

/** Lets others have a turn again and again, and stops when nobody waits for it any longer. */
async function hashUnhurried(
  password: string,
  challenge: Challenge,
  isAwaited: () => boolean,
): Promise<string | undefined> {
  const hashing = hashInSteps(password, challenge);
  while (isAwaited()) {
    const { done, value } = hashing.next();
    if (done) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}
