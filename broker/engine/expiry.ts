import type { CancelTimer, Clock } from "../clock.ts";

/**
 * Things that all wait equally long, so that their times run out in the order in which they came:
 * one timer is enough for any number of them.
 */
export class Expiry<Item extends { endsAt: number }> {
  readonly #clock: Clock;
  readonly #expire: (item: Item) => void;
  readonly #items = new Set<Item>();
  #cancelTimer: CancelTimer | undefined;

  /** @param expire is given each item once its time has come */
  constructor(clock: Clock, expire: (item: Item) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  add(item: Item): void {
    this.#items.add(item);
    this.#cancelTimer ??= this.#arm(item);
  }

  /** The timer stays as it is: as a rule others wait, and it finds the next one. */
  delete(item: Item): void {
    this.#items.delete(item);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#items.clear();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #arm({ endsAt }: Item): CancelTimer {
    return this.#clock.after(Math.max(0, endsAt - this.#clock.now()), () => this.#sweep());
  }

  #sweep(): void {
    this.#cancelTimer = undefined;
    const now = this.#clock.now();
    for (const item of this.#items) {
      if (item.endsAt > now) {
        this.#cancelTimer ??= this.#arm(item);
        return;
      }
      this.#items.delete(item);
      this.#expire(item);
    }
  }
}
