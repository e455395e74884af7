import type { Batch } from "./batch.ts";
import { type BatchCallback, findCallback } from "./batch-callback.ts";
import type { Client } from "./client.ts";
import { NotSupported } from "./errors.ts";
import type { HandlerOptions } from "./handler.ts";
import type { Job } from "./job.ts";
import type { JobContext, Lease } from "./job-context.ts";
import type { AnyJobs } from "./job-map.ts";
import { encodeResult, type KeptResult, keptResult } from "./job-result.ts";
import type { JobStarter } from "./job-starter.ts";
import type { LeaseAlarm } from "./lease-alarm.ts";
import type { Link } from "./link.ts";
import { childLogger, type Logger } from "./logger.ts";
import type { Outcome } from "./outcome.ts";
import { type PreviousResults, previousResultsOf } from "./previous-results.ts";
import { Progress, type Told } from "./progress.ts";
import type { RunningJob } from "./running-job.ts";

/** What the worker has for all its jobs. */
export interface ContextParts {
  client: Client;
  link: Link;
  log: Logger;
  alarm: LeaseAlarm;
}

/** The context of a job that a worker runs. What a handler may not ask for is made when it does. */
export class RunningContext implements JobContext {
  readonly job: Job;
  readonly #running: RunningJob;
  readonly #parts: ContextParts;
  #client: JobStarter<AnyJobs> | undefined;
  #log: Logger | undefined;
  #progress: Progress | undefined;
  #kept: KeptResult | undefined;

  constructor(job: Job, running: RunningJob, parts: ContextParts) {
    this.job = job;
    this.#running = running;
    this.#parts = parts;
  }

  get attempt(): number {
    return this.job.attempt;
  }

  get lease(): Lease | undefined {
    const { lease: token } = this.job;
    const { alarm } = this.#parts;
    const running = this.#running;
    if (token === undefined) return undefined;
    return {
      token,
      get isAtRisk() {
        return alarm.isAtRisk(running);
      },
    };
  }

  get client(): JobStarter<AnyJobs> {
    this.#client ??= this.#parts.client.onBehalfOf(this.job);
    return this.#client;
  }

  get batch(): Batch<AnyJobs> | undefined {
    return this.#parts.client.batchOf(this.job);
  }

  get callback(): BatchCallback | undefined {
    return findCallback(this.job);
  }

  get signal(): AbortSignal {
    return this.#running.signal;
  }

  get log(): Logger {
    this.#log ??= childLogger(this.#parts.log, { jid: this.job.jid, jobtype: this.job.type });
    return this.#log;
  }

  // What follows is bound when it is asked for: handlers take their context apart.

  get progress(): JobContext["progress"] {
    return async (percent, description, { result } = {}) => {
      if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
        throw new RangeError(`progress is a whole number from 0 to 100, not ${percent}`);
      }
      await this.#tell({
        percent,
        ...(description !== undefined && { desc: description }),
        ...(result !== undefined && { result: encodeResult(result) }),
      });
    };
  }

  get result(): JobContext["result"] {
    return (value, options) => {
      if (this.job.lease === undefined) {
        throw new NotSupported("this server is no millrace, and keeps no results");
      }
      this.#kept = keptResult(value, options);
    };
  }

  get previousResults(): PreviousResults {
    return previousResultsOf(this.#parts.link, this.job);
  }

  /** From now on the job is stalled when it tells of no progress for so long. */
  watchForStall({ stallAfterSeconds, onStall = "warn" }: HandlerOptions): void {
    if (stallAfterSeconds === undefined) return;
    // A Faktory Enterprise would say OK, and not watch.
    if (this.job.lease === undefined) this.log.warn({ event: "job.stall-not-watched" });
    else void this.#tell({ stall: { seconds: stallAfterSeconds, policy: onStall } });
  }

  /** The handler has ended: what it told last goes ahead of that, and its result with it. */
  end(outcome: Outcome): Outcome {
    this.#progress?.flush();
    if (outcome.kind !== "done" || this.#kept === undefined) return outcome;
    return { ...outcome, kept: this.#kept };
  }

  #tell(told: Told): Promise<void> {
    this.#progress ??= new Progress(this.job, { link: this.#parts.link, log: this.log });
    return this.#progress.tell(told);
  }
}
