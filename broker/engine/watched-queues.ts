/** What is known of a queue that fetches wait for, or waited for until lately. */
export interface WatchedQueue<Fetch> {
  /** Those that have waited longest first. */
  fetches: Set<Fetch>;
  /** Known to hold no job, and nothing has been heard since. */
  isEmpty: boolean;
  /** The number of the last wake that was for this queue. */
  lastWake: number;
  /** The round in which the last fetch left; undefined while one is there. */
  leftInRound: number | undefined;
}

/** So many queues are remembered that nobody waits for at the moment. */
const MAX_LEFT = 100_000;

/**
 * The queues that fetches wait for. One that is known to be empty is remembered for a while after
 * the last fetch has left: as a rule that one's client is just about to send the next.
 */
export class WatchedQueues<Fetch extends { queues: readonly string[] }> {
  readonly #queues = new Map<string, WatchedQueue<Fetch>>();
  #leftCount = 0;
  #round = 0;
  #visits: Iterator<[string, WatchedQueue<Fetch>], undefined> | undefined;

  get size(): number {
    return this.#queues.size;
  }

  find(queue: string): WatchedQueue<Fetch> | undefined {
    return this.#queues.get(queue);
  }

  names(): Iterable<string> {
    return this.#queues.keys();
  }

  /** All that wait, for each of its queues. */
  *fetches(): Generator<Fetch> {
    for (const { fetches } of this.#queues.values()) yield* fetches;
  }

  enter(fetch: Fetch): void {
    for (const queue of fetch.queues) {
      const watched = this.#queues.get(queue);
      if (watched === undefined) {
        const fetches = new Set([fetch]);
        this.#queues.set(queue, { fetches, isEmpty: false, lastWake: 0, leftInRound: undefined });
      } else {
        if (watched.leftInRound !== undefined) this.#leftCount--;
        watched.leftInRound = undefined;
        watched.fetches.add(fetch);
      }
    }
  }

  leave(fetch: Fetch): void {
    for (const queue of fetch.queues) {
      const watched = this.#queues.get(queue);
      if (!watched?.fetches.delete(fetch) || watched.fetches.size > 0) continue;
      if (watched.isEmpty && this.#leftCount < MAX_LEFT) {
        watched.leftInRound = this.#round;
        this.#leftCount++;
      } else {
        this.#queues.delete(queue);
      }
    }
  }

  /**
   * Goes round all queues, again and again, as far as it is let; forgets on its way those that were
   * left a round ago.
   * @param visit looks at one queue; tells how much of the budget that took
   * @returns whether it has come to the end of a round
   */
  goRound(budget: number, visit: (watched: WatchedQueue<Fetch>) => number): boolean {
    let left = budget;
    while (left > 0) {
      this.#visits ??= this.#queues.entries();
      const { done, value } = this.#visits.next();
      if (done) {
        this.#visits = undefined;
        this.#round++;
        return true;
      }
      const [queue, watched] = value;
      const { leftInRound = this.#round } = watched;
      if (leftInRound < this.#round) this.#forget(queue);
      left -= 1 + visit(watched);
    }
    return false;
  }

  #forget(queue: string): void {
    this.#queues.delete(queue);
    this.#leftCount--;
  }
}
