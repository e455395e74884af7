import { PLACES_A_PRIORITY } from "../../broker/store/keys.ts";
import type { NewJob } from "../../broker/store/store.ts";

/** A job as the model has it. It is in the set that holds it, and nowhere else. */
export interface ModelJob {
  jid: string;
  queue: string;
  priority: number;
  retry: number;
  text: string;
  /** How often it has failed. */
  failures: number;
}

interface Placed {
  job: ModelJob;
  /** The order in its set: a place in a queue, or a time. */
  score: number;
}

type Place = "scheduled" | "retries" | "working" | "dead";

const RESERVED_MS = 1_800_000;

/** What jobs do, without Redis: lists that are searched from end to end. */
export class Model {
  readonly queues = new Map<string, Placed[]>();
  readonly scheduled: Placed[] = [];
  readonly retries: Placed[] = [];
  readonly working: (Placed & { place: number })[] = [];
  readonly dead: Placed[] = [];
  processed = 0;
  failures = 0;
  /** How many jobs have been accepted, done, discarded and purged. */
  readonly flow = { stored: 0, done: 0, discarded: 0, purged: 0, revived: 0 };
  #sequence = 0;

  push({ jid, queue, priority, retry, text, at }: NewJob): boolean {
    const isDead = take(this.dead, jid) !== undefined;
    if (!isDead && this.find(jid) !== undefined) return false;
    this.flow.stored++;
    if (isDead) this.flow.revived++;
    const job = { jid, queue, priority, retry, text: text.toString(), failures: 0 };
    if (at === undefined) this.#enqueue(job);
    else insert(this.scheduled, { job, score: at });
    return true;
  }

  reserve(queues: readonly string[], now: number): string | undefined {
    for (const name of queues) {
      const first = this.queues.get(name)?.shift();
      if (first === undefined) continue;
      insert(this.working, { job: first.job, score: now + RESERVED_MS, place: first.score });
      return first.job.jid;
    }
    return undefined;
  }

  release(jid: string): boolean {
    const placed = take(this.working, jid);
    if (placed === undefined) return false;
    insert(this.#queue(placed.job.queue), { job: placed.job, score: placed.place });
    return true;
  }

  ack(jid: string): boolean {
    if (take(this.working, jid) === undefined) return false;
    this.processed++;
    this.flow.done++;
    return true;
  }

  fail(jid: string, jitter: number, cause: "reported" | "expired", now: number): string {
    const isOverdue = this.working.some(({ job, score }) => job.jid === jid && score <= now);
    if (cause === "expired" && !isOverdue) return "unknown";
    const job = take(this.working, jid)?.job;
    if (job === undefined) return "unknown";
    this.processed++;
    this.failures++;
    if (job.retry === 0 && cause === "reported") {
      this.flow.discarded++;
      return "discarded";
    }
    const count = job.failures++;
    if (count >= job.retry) {
      insert(this.dead, { job, score: now });
      return "died";
    }
    const seconds = count ** 4 + 15 + jitter * (count + 1);
    insert(this.retries, { job, score: now + seconds * 1_000 });
    return "retried";
  }

  promote(now: number): void {
    for (const set of [this.scheduled, this.retries]) {
      while (set[0] !== undefined && set[0].score <= now) {
        const [{ job }] = set.splice(0, 1) as [Placed];
        this.#enqueue(job);
      }
    }
  }

  purge(diedBefore: number, keep: number): void {
    while (
      this.dead[0] !== undefined &&
      (this.dead.length > keep || this.dead[0].score < diedBefore)
    ) {
      this.dead.shift();
      this.flow.purged++;
    }
  }

  /** Where a job is. */
  find(jid: string): string | undefined {
    for (const [name, jobs] of this.queues) if (has(jobs, jid)) return `queue ${name}`;
    const places: Place[] = ["scheduled", "retries", "working", "dead"];
    return places.find((place) => has(this[place], jid));
  }

  /** The jids of each set in their order, and the text of each job. */
  describe(): Described {
    const jids = (placed: readonly Placed[]) => placed.map(({ job }) => job.jid);
    const queues = [...this.queues].filter(([, jobs]) => jobs.length > 0);
    const all = [this.scheduled, this.retries, this.working, this.dead, ...this.queues.values()];
    const { processed, failures } = this;
    return {
      queues: Object.fromEntries(queues.map(([name, jobs]) => [name, jids(jobs)])),
      scheduled: scores(this.scheduled),
      retries: scores(this.retries),
      working: scores(this.working),
      dead: scores(this.dead),
      texts: Object.fromEntries(all.flat().map(({ job }) => [job.jid, job.text])),
      counters: { processed, failures },
    };
  }

  #enqueue(job: ModelJob): void {
    const score = (9 - job.priority) * PLACES_A_PRIORITY + ++this.#sequence;
    insert(this.#queue(job.queue), { job, score });
  }

  #queue(name: string): Placed[] {
    const queue = this.queues.get(name) ?? [];
    this.queues.set(name, queue);
    return queue;
  }
}

/** What the model and a store can be compared by. */
export interface Described {
  queues: Record<string, string[]>;
  scheduled: Record<string, number>;
  retries: Record<string, number>;
  working: Record<string, number>;
  dead: Record<string, number>;
  texts: Record<string, string>;
  counters: { processed: number; failures: number };
}

/** As Redis does: by score, and by name where it is the same. */
function insert<Kind extends Placed>(set: Kind[], placed: Kind): void {
  set.push(placed);
  set.sort((a, b) => a.score - b.score || (a.job.jid < b.job.jid ? -1 : 1));
}

function take<Kind extends Placed>(set: Kind[], jid: string): Kind | undefined {
  const index = set.findIndex(({ job }) => job.jid === jid);
  return index === -1 ? undefined : set.splice(index, 1)[0];
}

function has(set: readonly Placed[], jid: string): boolean {
  return set.some(({ job }) => job.jid === jid);
}

function scores(set: readonly Placed[]): Record<string, number> {
  return Object.fromEntries(set.map(({ job, score }) => [job.jid, score]));
}
