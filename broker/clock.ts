/** Time comes in from outside, so that tests can own it. */
export interface Clock {
  /** Epoch milliseconds, a whole number: Redis' time, which all brokers share. */
  now(): number;
  /** Runs a function once, so many milliseconds from now; the result calls it off. */
  after(ms: number, run: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** The machine's clock, set right by how far Redis' own is off. See ADR 0006. */
export class SystemClock implements Clock {
  #offsetMs = 0;

  now(): number {
    return Math.round(Date.now() + this.#offsetMs);
  }

  after(ms: number, run: () => void): CancelTimer {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }

  /** Asks for the shared time, in epoch milliseconds, and follows it from then on. */
  async follow(askTime: () => Promise<number>): Promise<void> {
    const askedAt = Date.now();
    const time = await askTime();
    // The answer is as old as half of the way there and back.
    this.#offsetMs = time - (askedAt + Date.now()) / 2;
  }
}
