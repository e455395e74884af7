import type { Clock } from "../clock.ts";
import { LATER } from "./group-commit.ts";
import { inSteps } from "./in-steps.ts";
import type { Keys } from "./keys.ts";
import { readStoredJob, UnreadableRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { bytes, list, pairs, text } from "./redis-reply.ts";
import * as scripts from "./scripts.ts";
import type { DueJob, Enqueued, PlacedJob, StoredJob, WaitingSet, WaitingStore } from "./store.ts";

/** How many jobs one call touches: Redis is kept from other work for about a millisecond. */
const STEP = 100;

/** So many records are read at once: they may be large. */
const READ_STEP = 25;

export class RedisWaiting implements WaitingStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;
  readonly #origin: string;

  /** @param origin the broker that need not be told of what it did itself */
  constructor(link: RedisLink, keys: Keys, clock: Clock, origin: string) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
    this.#origin = origin;
  }

  async firstDue(): Promise<DueJob[]> {
    const sets = ["scheduled", "retries"] as const;
    const first = await Promise.all(
      sets.map(async (set): Promise<DueJob[]> => {
        const reply = await this.#link.call("ZRANGE", this.#keys[set], 0, STEP, "WITHSCORES");
        return pairs(reply).map(([jid, at]) => ({ set, jid, at: Number(at) }));
      }),
    );
    return first.flat();
  }

  async enqueue(jobs: readonly PlacedJob[], dueBy: number): Promise<Enqueued[]> {
    const limit = dueBy === Number.POSITIVE_INFINITY ? "+inf" : dueBy;
    const enqueued: Enqueued[] = [];
    for (const part of inSteps(jobs, STEP)) {
      let left: readonly PlacedJob[] = part;
      while (left.length > 0) {
        const fixed = { origin: this.#origin, now: this.#clock.now(), dueBy: limit };
        const queues = await scripts.enqueue.run(this.#link, this.#keys, fixed, left);
        const later: PlacedJob[] = [];
        for (const [index, job] of left.entries()) {
          const queue = queues[index];
          if (queue === LATER) later.push(job);
          else if (queue !== undefined) enqueued.push({ set: job.set, jid: job.jid, queue });
        }
        left = later;
      }
    }
    return enqueued;
  }

  async discard(jobs: readonly PlacedJob[]): Promise<void> {
    for (const part of inSteps(jobs, STEP))
      await scripts.discard.run(this.#link, this.#keys, {}, part);
  }

  async kill(jobs: readonly PlacedJob[]): Promise<void> {
    for (const part of inSteps(jobs, STEP)) {
      await scripts.kill.run(this.#link, this.#keys, { now: this.#clock.now() }, part);
    }
  }

  async clear(set: WaitingSet): Promise<void> {
    await scripts.clear.run(this.#link, this.#keys, { set });
  }

  async *scan(set: WaitingSet): AsyncGenerator<StoredJob[]> {
    let cursor = "0";
    do {
      const reply = await this.#link.call("ZSCAN", this.#keys[set], cursor, "COUNT", STEP);
      const [next, found] = list(reply);
      const jids = pairs(found).map(([jid]) => jid);
      for (const some of inSteps(jids, READ_STEP)) yield await this.#read(some);
      cursor = text(next);
    } while (cursor !== "0");
  }

  deleteRemoved(): Promise<number> {
    return scripts.deleteRemoved.run(this.#link, this.#keys, { limit: STEP });
  }

  async #read(jids: string[]): Promise<StoredJob[]> {
    const records = list(await this.#link.call("HMGET", this.#keys.jobs, ...jids));
    return jids.flatMap((jid, index) => {
      const record = records[index];
      // Without one, it has gone since its name was read.
      return record === null ? [] : findStoredJob(jid, bytes(record));
    });
  }
}

/** None when it can't be read here: what it is, and whether a filter fits, nobody can tell. */
function findStoredJob(jid: string, record: Buffer): StoredJob[] {
  try {
    return [readStoredJob(jid, record)];
  } catch (error) {
    if (error instanceof UnreadableRecord) return [];
    throw error;
  }
}
