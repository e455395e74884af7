import { PLACES_A_PRIORITY } from "../../broker/store/keys.ts";
import type { NewJob } from "../../broker/store/store.ts";

/** A job as the model has it. It is in the set that holds it, and nowhere else. */
export interface ModelJob {
  jid: string;
  queue: string;
  priority: number;
  retry: number;
  text: string;
  tags: readonly string[];
  /** How each of its runs ended. */
  outcomes: string[];
  result?: string;
  /** How often it has failed. */
  failures: number;
}

interface Placed {
  job: ModelJob;
  /** The order in its set: a place in a queue, or a time. */
  score: number;
}

const PLACES = ["scheduled", "retries", "working", "dead", "done", "cancelled"] as const;

const RESERVED_MS = 1_800_000;

/** What jobs do, without Redis: lists that are searched from end to end. */
export class Model {
  readonly queues = new Map<string, Placed[]>();
  readonly scheduled: Placed[] = [];
  readonly retries: Placed[] = [];
  readonly working: (Placed & { place: number })[] = [];
  readonly dead: Placed[] = [];
  readonly done: Placed[] = [];
  readonly cancelled: Placed[] = [];
  /** Of those in `working`. */
  readonly calledOff = new Set<string>();
  /** The tags that are being cancelled. */
  readonly closed = new Set<string>();
  processed = 0;
  failures = 0;
  /** How many jobs have been accepted, done, discarded and purged. */
  readonly flow = { stored: 0, done: 0, discarded: 0, purged: 0, revived: 0, deleted: 0 };
  #sequence = 0;

  push({ jid, queue, priority, retry, text, at, tags = [] }: NewJob): string {
    if (tags.some((tag) => this.closed.has(tag))) return "closed";
    if (this.calledOff.has(jid)) return "cancelling";
    if (has(this.cancelled, jid)) return "cancelled";
    const isOver = take(this.dead, jid) !== undefined || take(this.done, jid) !== undefined;
    if (!isOver && this.find(jid) !== undefined) return "live";
    this.flow.stored++;
    if (isOver) this.flow.revived++;
    const told = { jid, queue, priority, retry, text: text.toString(), tags };
    const job = { ...told, failures: 0, outcomes: [] };
    if (at === undefined) this.#enqueue(job);
    else insert(this.scheduled, { job, score: at });
    return "stored";
  }

  /** Calls off a tag, without the jobs that have it. */
  close(tag: string): void {
    this.closed.add(tag);
  }

  /** Calls off the jobs of all tags that are being cancelled. */
  sweep(now: number): void {
    for (const job of this.#live()) {
      if (job.tags.some((tag) => this.closed.has(tag))) this.cancel(job.jid, now);
    }
  }

  /** A cancellation is over when nothing is left to wait for. */
  settle(): void {
    const live = this.#live();
    for (const tag of this.closed) {
      if (!live.some(({ tags }) => tags.includes(tag))) this.closed.delete(tag);
    }
  }

  cancel(jid: string, now: number): string {
    if (this.calledOff.has(jid)) return "cancelling";
    if (has(this.cancelled, jid)) return "cancelled";
    if (has(this.dead, jid)) return "dead";
    if (has(this.done, jid)) return "done";
    if (has(this.working, jid)) {
      this.calledOff.add(jid);
      return "cancelling";
    }
    const waiting = [...this.queues.values(), this.scheduled, this.retries];
    const found = waiting.map((set) => take(set, jid)).find((placed) => placed !== undefined);
    if (found === undefined) return "unknown";
    insert(this.cancelled, { job: found.job, score: now });
    return "cancelled";
  }

  reserve(queues: readonly string[], now: number): string | undefined {
    for (const name of queues) {
      const first = this.#takeOpen(name, now);
      if (first === undefined) continue;
      insert(this.working, { job: first.job, score: now + RESERVED_MS, place: first.score });
      return first.job.jid;
    }
    return undefined;
  }

  /** @param isBegun whether its worker gives it back, or it never got there */
  release(jid: string, isBegun: boolean, now: number): string {
    const placed = take(this.working, jid);
    if (placed === undefined) return "unknown";
    if (this.#isCancelled(placed.job, now, isBegun)) return "cancelled";
    if (isBegun) placed.job.outcomes.push("interrupted");
    insert(this.#queue(placed.job.queue), { job: placed.job, score: placed.place });
    return "released";
  }

  snooze(jid: string, dueAt: number, now: number): string {
    const job = take(this.working, jid)?.job;
    if (job === undefined) return "unknown";
    if (this.#isCancelled(job, now)) return "cancelled";
    job.outcomes.push("snoozed");
    insert(this.scheduled, { job, score: dueAt });
    return "snoozed";
  }

  complete(jid: string, forgetAt: number, result: string, now: number): string {
    const job = take(this.working, jid)?.job;
    if (job === undefined) return "unknown";
    if (this.#isCancelled(job, now)) return "cancelled";
    this.processed++;
    job.outcomes.push("done");
    job.result = result;
    insert(this.done, { job, score: forgetAt });
    return "done";
  }

  forget(now: number): void {
    while (this.done[0] !== undefined && this.done[0].score <= now) {
      this.done.shift();
      this.flow.purged++;
    }
  }

  /** Whether the job is in its queue now. */
  retry(jid: string): boolean {
    for (const set of [this.scheduled, this.retries, this.dead]) {
      const placed = set.find(({ job }) => job.jid === jid);
      if (placed === undefined) continue;
      if (set === this.dead && this.#isOfClosed(placed.job)) return false;
      take(set, jid);
      this.#enqueue(placed.job);
    }
    return this.find(jid)?.startsWith("queue ") === true;
  }

  delete(jid: string): string {
    const place = this.find(jid);
    if (place === undefined) return "unknown";
    if (place === "working") return "working";
    for (const set of PLACES) take(this[set], jid);
    for (const queue of this.queues.values()) take(queue, jid);
    this.flow.deleted++;
    return "deleted";
  }

  ack(jid: string, now: number): string {
    const job = take(this.working, jid)?.job;
    if (job === undefined) return "unknown";
    if (this.#isCancelled(job, now)) return "cancelled";
    this.processed++;
    this.flow.done++;
    return "done";
  }

  fail(jid: string, jitter: number, cause: "reported" | "expired", now: number): string {
    const isOverdue = this.working.some(({ job, score }) => job.jid === jid && score <= now);
    if (cause === "expired" && !isOverdue) return "unknown";
    const job = take(this.working, jid)?.job;
    if (job === undefined) return "unknown";
    if (this.#isCancelled(job, now)) return "cancelled";
    this.processed++;
    this.failures++;
    if (job.retry === 0 && cause === "reported") {
      this.flow.discarded++;
      return "discarded";
    }
    job.outcomes.push(cause === "reported" ? "failed" : "expired");
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

  purge(set: "dead" | "cancelled", endedBefore: number, keep: number): void {
    const ended = this[set];
    while (ended[0] !== undefined && (ended.length > keep || ended[0].score < endedBefore)) {
      ended.shift();
      this.flow.purged++;
    }
  }

  /** Where a job is. */
  find(jid: string): string | undefined {
    for (const [name, jobs] of this.queues) if (has(jobs, jid)) return `queue ${name}`;
    return PLACES.find((place) => has(this[place], jid));
  }

  /** The jids of each set in their order, and the text of each job. */
  describe(): Described {
    const jids = (placed: readonly Placed[]) => placed.map(({ job }) => job.jid);
    const queues = [...this.queues].filter(([, jobs]) => jobs.length > 0);
    const placed = [...PLACES.map((place) => this[place]), ...this.queues.values()].flat();
    const all = placed.map(({ job }) => job);
    const { processed, failures } = this;
    return {
      queues: Object.fromEntries(queues.map(([name, jobs]) => [name, jids(jobs)])),
      scheduled: scores(this.scheduled),
      retries: scores(this.retries),
      working: scores(this.working),
      dead: scores(this.dead),
      done: scores(this.done),
      cancelled: scores(this.cancelled),
      cancelling: [...this.calledOff].toSorted(),
      closed: [...this.closed].toSorted(),
      texts: Object.fromEntries(all.map(({ jid, text }) => [jid, text])),
      runs: Object.fromEntries(all.map(({ jid, outcomes }) => [jid, outcomes.slice(-20).join()])),
      results: Object.fromEntries(all.map(({ jid, result = "" }) => [jid, result])),
      counters: { processed, failures },
    };
  }

  /** The first job of a queue that may run; those before it are cancelled. */
  #takeOpen(name: string, now: number): Placed | undefined {
    for (;;) {
      const first = this.queues.get(name)?.shift();
      if (first === undefined || !this.#isOfClosed(first.job)) return first;
      insert(this.cancelled, { job: first.job, score: now });
    }
  }

  #isOfClosed({ tags }: ModelJob): boolean {
    return tags.some((tag) => this.closed.has(tag));
  }

  /** All that wait or run. */
  #live(): ModelJob[] {
    const sets = [...this.queues.values(), this.scheduled, this.retries, this.working];
    return sets.flat().map(({ job }) => job);
  }

  /** A job that was called off ends so, whatever has ended it; its run counts, if it was begun. */
  #isCancelled(job: ModelJob, now: number, isBegun = true): boolean {
    if (!this.calledOff.delete(job.jid)) return false;
    if (isBegun) {
      this.processed++;
      job.outcomes.push("cancelled");
    }
    insert(this.cancelled, { job, score: now });
    return true;
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
  done: Record<string, number>;
  cancelled: Record<string, number>;
  cancelling: string[];
  closed: string[];
  texts: Record<string, string>;
  /** How the runs of each ended that are over. */
  runs: Record<string, string>;
  results: Record<string, string>;
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
