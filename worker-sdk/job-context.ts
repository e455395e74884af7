import { AsyncLocalStorage } from "node:async_hooks";
import type { Batch } from "./batch.ts";
import type { BatchCallback } from "./batch-callback.ts";
import type { Job } from "./job.ts";
import type { AnyJobs } from "./job-map.ts";
import type { ResultOptions } from "./job-result.ts";
import type { JobStarter } from "./job-starter.ts";
import type { Logger } from "./logger.ts";
import type { PreviousResults } from "./previous-results.ts";

/** That the job is this worker's, as long as its heartbeats arrive. */
export interface Lease {
  /**
   * Greater than that of anybody who had this job before: another system that is told it can refuse
   * what comes from who has lost the job and does not know it yet.
   */
  readonly token: number;
  /**
   * No heartbeat has arrived for two thirds of the lease's time; when it has ended somebody else may get
   * the job, and `signal` fires as soon as that is known here.
   */
  readonly isAtRisk: boolean;
}

export interface ProgressOptions {
  result?: unknown;
}

/** What a handler has besides its arguments. */
export interface JobContext<Jobs = AnyJobs> {
  /** Undefined where the server has none, and the job is reserved for its reserveFor. */
  readonly lease: Lease | undefined;
  readonly job: Job;
  /** 1 for the first. */
  readonly attempt: number;
  /**
   * Fires when the job had better end: it was cancelled, its time is up, its reservation has ended, or
   * the worker stops. The reason is JobCancelled, JobTimedOut, ReservationEnded or WorkerStopping.
   */
  readonly signal: AbortSignal;
  /** The worker's logger, with the jid and the type in every line. */
  readonly log: Logger;
  /**
   * Pushes further jobs, on behalf of this one: when it is no longer this worker's they are refused, with
   * StaleLease, and with Cancelled when it has been cancelled.
   */
  readonly client: JobStarter<Jobs>;
  /** The batch that the job is in: what is pushed with it joins that, on behalf of this job. */
  readonly batch: Batch<Jobs> | undefined;
  /** Whose callback the job is; undefined where it is none. */
  readonly callback: BatchCallback | undefined;
  /**
   * What came of the jobs of the stage before, in a chain; for a callback, of its batch, or of the last stage
   * where that is a chain; nothing for any other job. The server is asked as it is gone through.
   */
  readonly previousResults: PreviousResults;
  /**
   * Tells the server how far the job is. Resolves when it knows; nobody need wait for that. What is told
   * while the word before is under way goes together, and the last counts. FWP: TRACK.
   * @param percent a whole number from 0 to 100
   * @param options `result` is what has come of it so far, up to 64 KiB of JSON; on a millrace only
   * @throws NotSupported where the server has no TRACK; StaleLease when the job is not this worker's any
   *   longer; RangeError for no percentage or a result too large
   */
  progress(percent: number, description?: string, options?: ProgressOptions): Promise<void>;
  /**
   * What the server is to keep when the job is done; of several the last counts. Nothing is sent before.
   * @param value up to 64 KiB of JSON
   * @throws NotSupported where the server keeps nothing: a classic Faktory; TypeError for what JSON does not
   *   have; RangeError for too much, or too long a time
   */
  result(value: unknown, options?: ResultOptions): void;
}

const storage = new AsyncLocalStorage<JobContext>();

/** The context of the job that is being run where this is called; undefined outside of any. */
export function currentJob(): JobContext | undefined {
  return storage.getStore();
}

/** Runs something within which currentJob gives this context. */
export function runInContext<Result>(context: JobContext, run: () => Result): Result {
  return storage.run(context, run);
}
