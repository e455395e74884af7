/** Time comes in from outside, so that tests can own it. */
export interface Clock {
  /** Epoch milliseconds, a whole number: Redis' time, which all brokers share. */
  now(): number;
  /** Milliseconds that only go on, whatever is done to the clock. */
  steady(): number;
  /** Runs a function once, so many milliseconds from now; the result calls it off. */
  after(ms: number, run: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** One answer may have waited for a busy machine; of so many, one most likely has not. */
const ASKED = 5;

/** The machine's clock, set right by how far Redis' own is off. See ADR 0006. */
export class SystemClock implements Clock {
  #offsetMs = 0;

  now(): number {
    return Math.round(Date.now() + this.#offsetMs);
  }

  steady(): number {
    return performance.now();
  }

  after(ms: number, run: () => void): CancelTimer {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }

  /** Asks for the shared time, in epoch milliseconds, and follows it from then on. */
  async follow(askTime: () => Promise<number>): Promise<void> {
    let shortestMs = Number.POSITIVE_INFINITY;
    for (let asked = 0; asked < ASKED; asked++) {
      const askedAt = Date.now();
      const startedAt = performance.now();
      const time = await askTime();
      const tookMs = performance.now() - startedAt;
      if (tookMs >= shortestMs) continue;
      // The answer is as old as half of the way there and back: the shorter that was, the truer.
      shortestMs = tookMs;
      this.#offsetMs = time - (askedAt + tookMs / 2);
    }
  }
}
