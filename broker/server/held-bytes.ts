import type { Clock } from "../clock.ts";

/**
 * Who holds no more than this does not count, and is never refused: so small commands get through,
 * whatever others do.
 */
const SMALL_BYTES = 2 ** 16;

/** A long line that has not grown by SMALL_BYTES for so long is idle: no network is that slow. */
export const IDLE_MS = 10_000;

/** A connection, as far as it holds lines. */
export interface Holder {
  /** Forgets the line of which the end has not come yet, and notes it: others need the room. */
  giveWay(): void;
}

interface Holding {
  bytes: number;
  unfinishedBytes: number;
  /** Where the unfinished line was when it was last seen to go on. */
  mark: { bytes: number; at: number };
}

/** The lines that all connections hold, whole ones and parts: together they are bounded. */
export class HeldBytes {
  /** They may be so many. May be changed at any time. */
  max: number;
  readonly #clock: Clock;
  /** Of those that count, the oldest first. */
  readonly #holdings = new Map<Holder, Holding>();

  constructor(max: number, clock: Clock) {
    this.max = max;
    this.#clock = clock;
  }

  /** @param unfinishedBytes how much of it is a line of which the end has not come yet */
  note(holder: Holder, bytes: number, unfinishedBytes: number): void {
    if (bytes <= SMALL_BYTES) {
      this.#holdings.delete(holder);
      return;
    }
    const mark = this.#holdings.get(holder)?.mark;
    const hasGoneOn =
      mark === undefined ||
      unfinishedBytes < mark.bytes ||
      unfinishedBytes >= mark.bytes + SMALL_BYTES;
    this.#holdings.set(holder, {
      bytes,
      unfinishedBytes,
      mark: hasGoneOn ? { bytes: unfinishedBytes, at: this.#clock.now() } : mark,
    });
  }

  /** Whether there is room for what it holds; where there is not, those that are idle give way. */
  makeRoomFor(holder: Holder): boolean {
    if (!this.#holdings.has(holder)) return true;
    let total = 0;
    for (const { bytes } of this.#holdings.values()) total += bytes;
    for (const [other, holding] of this.#holdings) {
      if (total <= this.max) break;
      if (!this.#isIdle(holding)) continue;
      other.giveWay();
      total -= holding.bytes - (this.#holdings.get(other)?.bytes ?? 0);
    }
    return total <= this.max;
  }

  /** A line that we do not read on, because of those before it, has less than that: one chunk. */
  #isIdle({ unfinishedBytes, mark }: Holding): boolean {
    return unfinishedBytes > SMALL_BYTES && this.#clock.now() - mark.at >= IDLE_MS;
  }
}
