import type { CancelTimer, Clock } from "../../broker/clock.ts";

/** A clock that stands until the test moves it. */
export class TestClock implements Clock {
  #now: number;
  #steady = 0;
  readonly #timers = new Set<{ at: number; run: () => void }>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  steady(): number {
    return this.#steady;
  }

  after(ms: number, run: () => void): CancelTimer {
    const timer = { at: this.#steady + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** As when Redis' time turns out to be earlier. */
  setBack(ms: number): void {
    this.#now -= ms;
  }

  /** Moves the clock on, and runs what falls due, in its order and at its time. */
  advance(ms: number): void {
    const start = this.#now - this.#steady;
    const end = this.#steady + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      const [next] = due;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#steady = Math.max(this.#steady, next.at);
      this.#now = start + this.#steady;
      next.run();
    }
    this.#steady = end;
    this.#now = start + end;
  }
}
