import type { Clock } from "../clock.ts";
import type { QueueSelection, Store } from "../store/store.ts";

/** Queues that are named, and with a star also every one that the store knows. */
export interface ChosenQueues {
  names: readonly string[];
  hasStar: boolean;
}

/** Whole queues, as an operator sees them. FWP: QUEUE. */
export class Queues {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** They hand out nothing until they are resumed. They need not be known yet. */
  async pause(queues: ChosenQueues): Promise<void> {
    for (const some of selections(queues)) await this.#store.queues.pause(some);
  }

  async resume(queues: ChosenQueues): Promise<void> {
    for (const some of selections(queues)) await this.#store.queues.resume(some);
  }

  /** They are forgotten, with all their jobs and their pause. */
  async remove(queues: ChosenQueues): Promise<void> {
    for (const some of selections(queues)) await this.#store.queues.remove(some);
  }

  /** For how many seconds the oldest job of each has waited; 0 for an empty one. */
  async latencies(queues: ChosenQueues): Promise<Map<string, number>> {
    const waitingSince = new Map<string, number | undefined>();
    for (const some of selections(queues)) {
      const found = await this.#store.queues.waitingSince(some);
      for (const [queue, since] of found) waitingSince.set(queue, since);
    }
    const now = this.#clock.now();
    const sorted = [...waitingSince].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return new Map(sorted.map(([queue, since = now]) => [queue, Math.max(0, now - since) / 1000]));
  }
}

function selections({ names, hasStar }: ChosenQueues): QueueSelection[] {
  return hasStar ? ["*", names] : [names];
}
