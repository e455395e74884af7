import type { Clock } from "../clock.ts";
import type { QueueSelection, Store } from "../store/store.ts";

/** Whole queues, as an operator sees them. FWP: QUEUE. */
export class Queues {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** They hand out nothing until they are resumed. They need not be known yet. */
  pause(queues: QueueSelection): Promise<void> {
    return this.#store.queues.pause(queues);
  }

  resume(queues: QueueSelection): Promise<void> {
    return this.#store.queues.resume(queues);
  }

  /** They are forgotten, with all their jobs and their pause. */
  remove(queues: QueueSelection): Promise<void> {
    return this.#store.queues.remove(queues);
  }

  /** For how many seconds the oldest job of each has waited; 0 for an empty one. */
  async latencies(queues: QueueSelection): Promise<Map<string, number>> {
    const waitingSince = await this.#store.queues.waitingSince(queues);
    const now = this.#clock.now();
    const sorted = [...waitingSince].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return new Map(sorted.map(([queue, since = now]) => [queue, Math.max(0, now - since) / 1000]));
  }
}
