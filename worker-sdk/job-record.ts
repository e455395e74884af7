import { type Cancellation, readCancellation } from "./cancellation.ts";
import { type Job, type JobFailure, readFailure, readJob } from "./job.ts";
import { type JobAttempt, readAttempt } from "./job-attempt.ts";
import { decodeJson } from "./json-text.ts";
import { findNumber, findText, findTime, listOf, numberOf, objectOf } from "./read-members.ts";

const JOB_STATES = [
  "enqueued",
  "scheduled",
  "retries",
  "working",
  "stalled",
  "cancelling",
  "dead",
  "done",
  "cancelled",
] as const;

/** Where a job is; `unknown` is a word that this version of the SDK does not know. */
export type JobState = (typeof JOB_STATES)[number] | "unknown";

/** All that a server knows of a job. What does not apply is undefined. */
export interface JobRecord {
  readonly state: JobState;
  /** As a worker would get it; integers beyond 2^53 are bigints. */
  readonly job: Job;
  readonly tags: readonly string[];
  /** The number of the run that is next, or under way. */
  readonly attempt: number;
  /** How many of its runs are over, however they ended. */
  readonly runs: number;
  /** The last of these, the oldest first. */
  readonly attempts: readonly JobAttempt[];
  readonly failure: JobFailure | undefined;
  /** When it is due, while it waits for a time. */
  readonly at: Date | undefined;
  /** The wid of the worker that has it, under which lease, until when, and since when. */
  readonly worker: string | undefined;
  readonly lease: number | undefined;
  readonly leaseEndsAt: Date | undefined;
  readonly startedAt: Date | undefined;
  /** Of one that is done, dead or cancelled. */
  readonly endedAt: Date | undefined;
  /** What its handler wanted to be kept, with bigints beyond 2^53, and until when the server keeps it. */
  readonly result: unknown;
  readonly forgetAt: Date | undefined;
  readonly cancel: Cancellation | undefined;
}

/** Reads the answer to JOB GET. @throws TypeError for what is no job */
export function readJobRecord(text: string): JobRecord {
  const told = objectOf(decodeJson(text, "exact"));
  const { tags, attempt, runs, attempts, failure, result, cancel } = told;
  return {
    state: readJobState(told["state"]),
    job: readJob(told["job"]),
    tags: listOf(tags).map(String),
    attempt: numberOf(attempt, 1),
    runs: numberOf(runs, 0),
    attempts: listOf(attempts).map(readAttempt),
    failure: readFailure(failure),
    at: findTime(told["at"]),
    worker: findText(told["worker"]),
    lease: findNumber(told["lease"]),
    leaseEndsAt: findTime(told["lease_ends_at"]),
    startedAt: findTime(told["started_at"]),
    endedAt: findTime(told["ended_at"]),
    result,
    forgetAt: findTime(told["forget_at"]),
    cancel: cancel === undefined ? undefined : readCancellation(cancel),
  };
}

export function readJobState(state: unknown): JobState {
  return JOB_STATES.find((known) => known === state) ?? "unknown";
}
