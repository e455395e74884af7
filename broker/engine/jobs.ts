import { EventEmitter } from "node:events";
import { CommandError } from "../../protocol/errors.ts";
import type { FailureReport } from "../../protocol/failure.ts";
import type { Job } from "../../protocol/job.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { FailOutcome, NewJob, Store } from "../store/store.ts";

/** What a worker is told of a job that it, or another, had for too long. FWP's own texts. */
const EXPIRED: FailureReport = {
  errtype: "ReservationExpired",
  message: "Faktory job reservation expired",
  backtrace: [],
};

/** FWP: the random part of the back-off is a number below this, times the number of the failure. */
const JITTERS = 30;

export interface JobEvents {
  /** A queue got jobs, so many. */
  enqueued: [queue: string, count: number];
  /** A job has become due at a certain time, or its reservation ends then. */
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

  /** FWP: OK for whatever jid, so that a worker may send it again. */
  async ack(jid: string): Promise<void> {
    const isDone = await this.#store.ack(jid);
    if (!isDone) this.#log.info({ event: "job.ack-unknown", jid });
  }

  async fail(jid: string, report: FailureReport): Promise<void> {
    const outcome = await this.#store.fail({
      jid,
      report,
      jitter: this.#jitter(),
      cause: "reported",
    });
    if (outcome.kind === "unknown") throw new CommandError(`Job not found ${jid}`);
    this.#note(jid, report.errtype, outcome);
  }

  /** Fails a job whose reservation has run out, unless it has been finished or renewed meanwhile. */
  async expire(jid: string): Promise<boolean> {
    const outcome = await this.#store.fail({
      jid,
      report: EXPIRED,
      jitter: this.#jitter(),
      cause: "expired",
    });
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
