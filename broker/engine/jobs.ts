import { EventEmitter } from "node:events";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { FailureReport } from "../../protocol/failure.ts";
import type { Job } from "../../protocol/job.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Enqueued, FailOutcome, NewJob, Store } from "../store/store.ts";

/** What a worker is told of a job that it, or another, had for too long. FWP's own texts. */
const EXPIRED: FailureReport = {
  errtype: "ReservationExpired",
  message: "Faktory job reservation expired",
  backtrace: [],
};

/** FWP: the random part of the back-off is a number below this, times the number of the failure. */
const JITTERS = 30;

/** FWP: dead jobs are kept for 180 days, for a person to look at. */
const DEAD_KEPT_MS = 180 * 24 * 60 * 60 * 1_000;

/** More than a person looks at, and few enough that a mishap does not fill Redis. */
const DEAD_KEPT_COUNT = 100_000;

/** Of days, only the counts are kept: a year, and what it takes to compare it with the one before. */
const HISTORY_KEPT_MS = 400 * 24 * 60 * 60 * 1_000;

/** So many jobs of one command go to the store at once, so that other commands get a turn. */
const PUSH_STEP = 1_000;

/** After so many that have become due, those that wait for them are told, before the next ones go. */
const PROMOTE_STEP = 50;

export interface JobEvents {
  /** A queue got jobs, so many. */
  enqueued: [queue: string, count: number];
  /** A job waits until this time, in epoch milliseconds. */
  due: [at: number];
}

/** The life of a job, but for its hand-out: pushed, done, failed, tried again. */
export class Jobs {
  readonly events = new EventEmitter<JobEvents>();
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;

  /** @param random as Math.random */
  constructor(store: Store, clock: Clock, random: () => number, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /** FWP: a job whose time has come, or that names none, goes to its queue; others wait for theirs. */
  async push(job: Job): Promise<void> {
    const now = this.#clock.now();
    const isDue = job.at === undefined || job.at <= now;
    const newJob: NewJob = isDue ? { ...job, enqueuedAt: now } : job;
    const isStored = await this.#store.push(newJob);
    if (!isStored) this.#log.info({ event: "job.pushed-again", jid: job.jid, queue: job.queue });
    else if (isDue) this.events.emit("enqueued", job.queue, 1);
    else if (job.at !== undefined) this.events.emit("due", job.at);
  }

  /** Pushes many jobs; resolves with the reason for each that could not be stored. */
  async pushAll(jobs: readonly Job[]): Promise<Map<Job, string>> {
    const failed = new Map<Job, string>();
    for (let start = 0; start < jobs.length; start += PUSH_STEP) {
      const step = jobs.slice(start, start + PUSH_STEP);
      await Promise.all(
        step.map(async (job) => {
          try {
            await this.push(job);
          } catch (error) {
            if (!(error instanceof CommandError)) throw error;
            failed.set(job, error.message);
          }
        }),
      );
    }
    return failed;
  }

  /** FWP: OK for whatever jid, so that a worker may send it again. */
  async ack(jid: string): Promise<void> {
    const isDone = await this.#store.ack(jid);
    if (!isDone) this.#log.info({ event: "job.ack-unknown", jid: echo(jid) });
  }

  /** The job goes back to the place in its queue that it had, as if it had not been fetched. */
  async handBack(jid: string): Promise<void> {
    const given = await this.#store.handBack(jid);
    if (given === undefined) throw new CommandError(`Job not found ${echo(jid)}`);
    this.#log.info({ event: "job.handed-back", jid });
    this.events.emit("enqueued", given.queue, 1);
  }

  async fail(jid: string, report: FailureReport): Promise<void> {
    const outcome = await this.#store.fail({
      jid,
      report,
      jitter: this.#jitter(),
      cause: "reported",
    });
    if (outcome.kind === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    this.#note(jid, report.errtype, outcome);
  }

  /**
   * Fails jobs whose reservation has run out, a bounded number of them: their worker has died, or
   * takes too long.
   * @returns how many, and when the next reservation ends
   */
  async expireOverdue(): Promise<{ count: number; nextAt: number }> {
    const now = this.#clock.now();
    const deadlines = await this.#store.firstDeadlines();
    const overdue = deadlines.filter(({ at }) => at <= now);
    const expired = await Promise.all(overdue.map(({ jid }) => this.#expire(jid)));
    const count = expired.filter(Boolean).length;
    return { count, nextAt: count > 0 ? now : earliest(deadlines.filter(({ at }) => at > now)) };
  }

  /**
   * Puts into their queues the jobs whose time has come, a bounded number of them.
   * @returns which, and when the next one is due
   */
  async promoteDue(): Promise<{ enqueued: Enqueued[]; nextAt: number }> {
    const now = this.#clock.now();
    const first = await this.#store.waiting.firstDue(now);
    const due = first.filter(({ at }) => at <= now);
    const enqueued: Enqueued[] = [];
    for (let start = 0; start < due.length; start += PROMOTE_STEP) {
      const step = due.slice(start, start + PROMOTE_STEP);
      const moved = await this.#store.waiting.enqueue(step, now);
      for (const [queue, count] of countByQueue(moved)) this.events.emit("enqueued", queue, count);
      enqueued.push(...moved);
    }
    // Where something was due there may be more of it than was read.
    const nextAt = enqueued.length > 0 ? now : earliest(first.filter(({ at }) => at > now));
    return { enqueued, nextAt };
  }

  /** Deletes some of the dead that are too old or too many; resolves with how many. */
  async purgeDead(): Promise<number> {
    const diedBefore = this.#clock.now() - DEAD_KEPT_MS;
    const count = await this.#store.purgeDead({ diedBefore, keep: DEAD_KEPT_COUNT });
    if (count > 0) this.#log.info({ event: "dead.purged", count });
    return count;
  }

  /** Deletes the counts of days that are too old. */
  async purgeHistory(): Promise<void> {
    await this.#store.purgeHistory(this.#clock.now() - HISTORY_KEPT_MS);
  }

  /** Deletes some of the jobs of removed queues and cleared sets; resolves with how many. */
  deleteRemoved(): Promise<number> {
    return this.#store.waiting.deleteRemoved();
  }

  async #expire(jid: string): Promise<boolean> {
    const outcome = await this.#store.fail({
      jid,
      report: EXPIRED,
      jitter: this.#jitter(),
      cause: "expired",
    });
    // Finished meanwhile, or expired by another broker.
    if (outcome.kind === "unknown") return false;
    this.#note(jid, EXPIRED.errtype, outcome);
    return true;
  }

  #jitter(): number {
    return Math.floor(this.#random() * JITTERS);
  }

  #note(jid: string, errtype: string, outcome: FailOutcome): void {
    this.#log.info({ event: `job.${outcome.kind}`, jid, errtype });
    if (outcome.kind === "retried") this.events.emit("due", outcome.at);
  }
}

function countByQueue(enqueued: readonly Enqueued[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { queue } of enqueued) counts.set(queue, (counts.get(queue) ?? 0) + 1);
  return counts;
}

function earliest(times: readonly { at: number }[]): number {
  return Math.min(...times.map(({ at }) => at));
}
