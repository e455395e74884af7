import { EventEmitter } from "node:events";
import { checkBid } from "../../protocol/bid.ts";
import type { CalledOffJob } from "../../protocol/called-off-job.ts";
import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { FailureReport } from "../../protocol/failure.ts";
import type { Job } from "../../protocol/job.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type {
  AckOutcome,
  Enqueued,
  FailedJob,
  FailOutcome,
  HeldJob,
  NewJob,
  Store,
} from "../store/store.ts";
import { refusedPush } from "./refused-push.ts";
import type { RunTimes } from "./run-times.ts";
import { staleLease } from "./stale-lease.ts";

/** What a worker is told of a job that it, or another, had for too long. FWP's own texts. */
const EXPIRED: FailureReport = {
  errtype: "ReservationExpired",
  message: "Faktory job reservation expired",
  backtrace: [],
};

/** The errtype of a job whose lease has ended, or whose worker is gone; the store writes the rest. */
const WORKER_LOST = "WorkerLost";

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

/** So many jobs of dead workers are failed at once: one call of the store. */
const RECOVER_STEP = 100;

/** After so many that have become due those that wait for them are told: one call of the store. */
const PROMOTE_STEP = 50;

/** How long a job is kept that is done, and with which result, in JSON. */
export interface KeptResult {
  seconds: number;
  result: Buffer | undefined;
}

export interface JobEvents {
  /** A queue got jobs, so many. */
  enqueued: [queue: string, count: number];
  /** A job waits until this time, in epoch milliseconds. */
  due: [at: number];
  /** A job that is done is kept until this time. */
  kept: [forgetAt: number];
  /** Something is to be done for batches. */
  chores: [];
}

export interface Renewed {
  /** Their lease is no longer the worker's. */
  lost: HeldJob[];
  calledOff: CalledOffJob[];
}

/** The life of a job, but for its hand-out: pushed, done, failed, tried again. */
export class Jobs {
  readonly events = new EventEmitter<JobEvents>();
  readonly #store: Store;
  readonly #runTimes: RunTimes;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Logger;

  /** @param random as Math.random */
  constructor(store: Store, runTimes: RunTimes, clock: Clock, random: () => number, log: Logger) {
    this.#store = store;
    this.#runTimes = runTimes;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  /** FWP: a job whose time has come, or that names none, goes to its queue; others wait for theirs. */
  async push(job: Job): Promise<void> {
    if (job.batch !== undefined) checkBid(job.batch);
    const now = this.#clock.now();
    const isDue = job.at === undefined || job.at <= now;
    const newJob: NewJob = isDue ? { ...job, enqueuedAt: now } : job;
    const outcome = await this.#store.push(newJob);
    if (typeof outcome === "object") throw await refusedPush(this.#store, job, outcome);
    if (outcome === "live")
      this.#log.info({ event: "job.pushed-again", jid: job.jid, queue: job.queue });
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
            failed.set(
              job,
              error.code === "ERR" ? error.message : `${error.code} ${error.message}`,
            );
          }
        }),
      );
    }
    return failed;
  }

  /**
   * FWP: OK for whatever jid, so that a worker may send it again.
   * @param kept nothing is kept of most jobs; of these what came of them, or only that they are done
   */
  async ack(jid: string, token?: number, kept?: KeptResult): Promise<void> {
    const held = { jid, token };
    const outcome = await (kept === undefined ? this.#store.ack(held) : this.#keep(held, kept));
    if (outcome === "stale") throw await staleLease(this.#store, jid, token);
    if (outcome === "done") this.#runTimes.end(jid, token, false);
    if (outcome === "unknown") this.#log.info({ event: "job.ack-unknown", jid: echo(jid) });
    if (outcome === "cancelled") this.#log.info({ event: "job.cancelled", jid });
  }

  /**
   * The job goes back to the place in its queue that it had, as if it had not been fetched; unless it was
   * called off.
   */
  async handBack(jid: string, token?: number): Promise<void> {
    const outcome = await this.#store.handBack({ jid, token });
    if (outcome === "stale") throw await staleLease(this.#store, jid, token);
    this.#runTimes.drop(jid);
    if (outcome === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    if (outcome === "cancelled") return this.#log.info({ event: "job.cancelled", jid });
    this.#log.info({ event: "job.handed-back", jid });
    this.events.emit("enqueued", outcome.queue, 1);
  }

  /** The job waits for so long, and has not failed. */
  async snooze(jid: string, seconds: number, token?: number): Promise<void> {
    const dueAt = this.#clock.now() + seconds * 1_000;
    const outcome = await this.#store.snooze({ jid, token, dueAt });
    if (outcome === "stale") throw await staleLease(this.#store, jid, token);
    this.#runTimes.drop(jid);
    if (outcome === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    this.#log.info({ event: `job.${outcome}`, jid });
    if (outcome === "snoozed") this.events.emit("due", dueAt);
  }

  async fail(jid: string, report: FailureReport, token?: number): Promise<void> {
    const outcome = await this.#store.fail({
      jid,
      token,
      report,
      jitter: this.#jitter(),
      cause: "reported",
    });
    if (outcome.kind === "stale") throw await staleLease(this.#store, jid, token);
    if (outcome.kind === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    if (outcome.kind !== "cancelled") this.#runTimes.end(jid, token, true);
    this.#note(jid, report.errtype, outcome);
  }

  /** Renews leases; resolves with the jobs that the worker is to stop working on. */
  async renew(jobs: readonly HeldJob[]): Promise<Renewed> {
    const outcomes = await Promise.all(jobs.map((job) => this.#store.renew(job)));
    const renewed: Renewed = { lost: [], calledOff: [] };
    for (const [index, job] of jobs.entries()) {
      const outcome = outcomes[index];
      if (outcome === "lost") renewed.lost.push(job);
      else if (typeof outcome === "object")
        renewed.calledOff.push(describeCall(job, outcome.cancel));
    }
    const [first] = renewed.lost;
    if (first !== undefined) {
      const { jid, token } = first;
      this.#log.info({ event: "lease.lost", count: renewed.lost.length, jid: echo(jid), token });
    }
    return renewed;
  }

  /** Fails what these workers, which are taken for dead, have got before that time without a lease. */
  async recoverFrom(wids: ReadonlySet<string>, before: number): Promise<void> {
    let step: Promise<FailOutcome>[] = [];
    for await (const { jid, call } of this.#store.handedTo(wids, before)) {
      step.push(this.#end({ jid, call, cause: "lost", report: EXPIRED }));
      if (step.length < RECOVER_STEP) continue;
      await Promise.all(step);
      step = [];
    }
    await Promise.all(step);
  }

  /**
   * Fails a run that was noted as stalled, unless it has told something since.
   * @param call the one that handed the job out
   */
  async failStalled(jid: string, call: string, silentMs: number): Promise<void> {
    const message = `no progress for ${silentMs / 1_000} s`;
    const report: FailureReport = { errtype: "JobStalled", message, backtrace: [] };
    await this.#end({ jid, call, cause: "stalled", report });
  }

  /** Says that a broker is there, to which leases can be renewed. */
  keepAlive(): Promise<number> {
    return this.#store.keepAlive();
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
    const lost = overdue.map(({ jid }) => this.#end({ jid, cause: "expired", report: EXPIRED }));
    const outcomes = (await Promise.all(lost)).filter(({ kind }) => kind !== "unknown");
    const count = outcomes.filter(({ kind }) => kind !== "postponed").length;
    const later = deadlines.filter(({ at }) => at > now);
    return { count, nextAt: outcomes.length > 0 ? now : earliest(later) };
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
    // There may be more of it than was read. What could not be moved is no longer due.
    const nextAt = due.length > 0 ? now : earliest(first.filter(({ at }) => at > now));
    return { enqueued, nextAt };
  }

  /** Deletes some of the dead that are too old or too many; resolves with how many. */
  async purgeDead(): Promise<number> {
    const diedBefore = this.#clock.now() - DEAD_KEPT_MS;
    const count = await this.#store.purgeDead({ diedBefore, keep: DEAD_KEPT_COUNT });
    if (count > 0) this.#log.info({ event: "dead.purged", count });
    return count;
  }

  /** Deletes some of the jobs that are done and have been kept for their time. */
  forgetDone(): Promise<{ count: number; nextAt: number | undefined }> {
    return this.#store.forgetDone();
  }

  /** Deletes the counts of days that are too old. */
  async purgeHistory(): Promise<void> {
    await this.#store.purgeHistory(this.#clock.now() - HISTORY_KEPT_MS);
  }

  /** Deletes some of the jobs of removed queues and cleared sets; resolves with how many. */
  deleteRemoved(): Promise<number> {
    return this.#store.waiting.deleteRemoved();
  }

  async #keep(held: HeldJob, { seconds, result }: KeptResult): Promise<AckOutcome> {
    const forgetAt = this.#clock.now() + seconds * 1_000;
    const outcome = await this.#store.complete({ ...held, forgetAt, result });
    if (outcome === "done") this.events.emit("kept", forgetAt);
    return outcome;
  }

  /** A run that nobody has reported: "unknown" when it was meanwhile, or failed by another broker. */
  async #end(run: Omit<FailedJob, "jitter">): Promise<FailOutcome> {
    const outcome = await this.#store.fail({ ...run, jitter: this.#jitter() });
    if (outcome.kind === "unknown") return outcome;
    if (outcome.kind !== "postponed") this.#runTimes.drop(run.jid);
    const isLost = "isLost" in outcome && outcome.isLost;
    this.#note(run.jid, isLost ? WORKER_LOST : run.report.errtype, outcome);
    return outcome;
  }

  #jitter(): number {
    return Math.floor(this.#random() * JITTERS);
  }

  #note(jid: string, errtype: string, outcome: FailOutcome): void {
    this.#log.info({ event: `job.${outcome.kind}`, jid, errtype });
    if (outcome.kind === "retried") this.events.emit("due", outcome.at);
  }
}

function describeCall({ jid, token = 0 }: HeldJob, { reason, by }: Cancel): CalledOffJob {
  return { jid, token, ...(reason !== undefined && { reason }), ...(by !== undefined && { by }) };
}

function countByQueue(enqueued: readonly Enqueued[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { queue } of enqueued) counts.set(queue, (counts.get(queue) ?? 0) + 1);
  return counts;
}

function earliest(times: readonly { at: number }[]): number {
  return Math.min(...times.map(({ at }) => at));
}
