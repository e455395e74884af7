import type { JobType } from "./job-map.ts";
import type { CallOptions } from "./link.ts";
import type { JobOptions } from "./outgoing-job.ts";

export type PushOptions = JobOptions & CallOptions;

/** One job of a pushBulk. */
export type BulkJob<Jobs> = {
  [Type in JobType<Jobs>]: { type: Type; args: Readonly<Jobs[Type]> } & JobOptions;
}[JobType<Jobs>];

/** What pushes jobs: a Client, or what takes its place in a test. */
export interface Producer<Jobs> {
  /**
   * Pushes a job, and resolves with its jid when the server has stored it.
   * @throws ServerError when it is refused, ServerUnavailable, CallTimedOut, InvalidArguments, or
   *   RangeError for a job that no server would take
   */
  push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    options?: PushOptions,
  ): Promise<string>;
  /**
   * Pushes any number of jobs, many with one command, and resolves with their jids in order.
   * @param options its `timeoutMs` counts for each command, and for each wait for an async iterable;
   *   the time of all is not bounded, but by `signal`
   * @throws as push, and JobsRefused when all are through and the server refused some
   */
  pushBulk(jobs: BulkJobs<Jobs>, options?: CallOptions): Promise<string[]>;
}

export type BulkJobs<Jobs> = Iterable<BulkJob<Jobs>> | AsyncIterable<BulkJob<Jobs>>;
