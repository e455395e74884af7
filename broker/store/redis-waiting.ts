import type { Clock } from "../clock.ts";
import type { Argument } from "./encoded-call.ts";
import { LATER } from "./group-commit.ts";
import { inSteps } from "./in-steps.ts";
import type { Keys } from "./keys.ts";
import { readStoredJob, UnreadableRecord } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { list, pairs, text } from "./redis-reply.ts";
import * as scripts from "./scripts.ts";
import type {
  DueJob,
  Enqueued,
  JobHold,
  PlacedJob,
  StoredJob,
  WaitingSet,
  WaitingStore,
} from "./store.ts";

/** How many jobs one call touches: Redis is kept from other work for about a millisecond. */
const STEP = 100;

/**
 * To enqueue one takes twice as long as anything else here: it writes the set that it leaves, its
 * record, and its queue. A promotion comes in parts of this size already (engine/jobs.ts).
 */
const ENQUEUE_STEP = 50;

/** How many names of jobs one look gives: the same time of Redis', since no more than that is read. */
const LOOK = 1_000;

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

  async firstDue(by: number): Promise<DueJob[]> {
    const first = await Promise.all(
      (["scheduled", "retries"] as const).flatMap((set) => [
        this.#range(set, "-inf", by, LOOK),
        this.#range(set, `(${by}`, "+inf", 1),
      ]),
    );
    return first.flat();
  }

  async #range(
    set: "scheduled" | "retries",
    from: Argument,
    to: Argument,
    limit: number,
  ): Promise<DueJob[]> {
    const range = [from, to, "BYSCORE", "LIMIT", 0, limit, "WITHSCORES"];
    const reply = await this.#link.call("ZRANGE", this.#keys[set], ...range);
    return pairs(reply).map(([jid, at]) => ({ set, jid, at: Number(at) }));
  }

  async enqueue(jobs: readonly PlacedJob[], dueBy: number): Promise<Enqueued[]> {
    const limit = dueBy === Number.POSITIVE_INFINITY ? "+inf" : dueBy;
    const enqueued: Enqueued[] = [];
    for (const part of inSteps(jobs, ENQUEUE_STEP)) {
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

  findHold(jid: string): Promise<JobHold | undefined> {
    return scripts.findHold.run(this.#link, this.#keys, { jid });
  }

  async discard(jobs: readonly PlacedJob[]): Promise<void> {
    for (const part of inSteps(jobs, STEP))
      await scripts.discard.run(this.#link, this.#keys, { now: this.#clock.now() }, part);
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
      let jids = pairs(found).map(([jid]) => jid);
      while (jids.length > 0) {
        const records = await scripts.read.run(
          this.#link,
          this.#keys,
          {},
          jids.map((jid) => ({ jid })),
        );
        yield records.flatMap((record, index) => findStoredJob(jids[index] ?? "", record));
        jids = jids.slice(records.length);
      }
      cursor = text(next);
    } while (cursor !== "0");
  }

  deleteRemoved(): Promise<number> {
    return scripts.deleteRemoved.run(this.#link, this.#keys, {
      limit: STEP,
      now: this.#clock.now(),
    });
  }
}

/**
 * None when it has gone since its name was read; or when it can't be read here: what it is, and
 * whether a filter fits, nobody can tell.
 */
function findStoredJob(jid: string, record: Buffer | undefined): StoredJob[] {
  if (record === undefined) return [];
  try {
    return [readStoredJob(jid, record)];
  } catch (error) {
    if (error instanceof UnreadableRecord) return [];
    throw error;
  }
}
