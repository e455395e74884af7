import { type Attempt, encodeAttempt } from "../attempt.ts";
import { type Cancel, encodeCancel } from "../cancel.ts";
import { encodeFailure, type Failure } from "../failure.ts";
import { encodeJid, parseJid } from "../jid-argument.ts";
import type { JobState } from "../job-state.ts";
import { encodeProgress, type Progress } from "../progress.ts";
import { formatTimestamp } from "../timestamp.ts";

export const JOB_GET_USAGE = "JOB GET <jid>";

/** All that is known of a job. Times are epoch milliseconds. */
export interface JobDescription {
  jid: string;
  /**
   * "cancelling": it is being worked on, and will be cancelled when that ends. "stalled": it is being
   * worked on, and has told nothing of its progress for too long.
   */
  state: JobState | "cancelling" | "stalled";
  queue: string;
  jobtype: string;
  tags?: string[] | undefined;
  /** The number of the run that comes next, or that is under way: one more than there were failures. */
  attempt: number;
  /** How many of its runs are over. */
  runs: number;
  /** As it stands in the job. */
  createdAt?: string | undefined;
  enqueuedAt?: number | undefined;
  /** When it is due, while it waits for a time. */
  dueAt?: number | undefined;
  /** While it is being worked on: by whom, until when, and since when. */
  wid?: string | undefined;
  token?: number | undefined;
  endsAt?: number | undefined;
  startedAt?: number | undefined;
  /** When it came to where it ends. */
  endedAt?: number | undefined;
  failure?: Failure | undefined;
  /** The last of its runs that are over, the oldest first. */
  attempts?: Attempt[] | undefined;
  /** Of one that is done: what came of it, in JSON, and how long it is kept. */
  result?: Buffer | undefined;
  forgetAt?: number | undefined;
  /** That it was called off. */
  cancel?: Cancel | undefined;
  /** What it has told of itself. */
  progress?: Progress | undefined;
  /** As FETCH would send it, byte by byte. */
  job: Buffer;
}

/** JOB GET, millrace's own. @returns the jid. @throws CommandError */
export function parseJobGet(argument: Buffer): string {
  return parseJid(argument, JOB_GET_USAGE);
}

export function encodeJobGet(jid: string): string {
  return `JOB GET ${encodeJid(jid)}`;
}

/** The reply. What a client wrote goes into it as the bytes that it is. */
export function encodeJobDescription(described: JobDescription): Buffer {
  const { jid, state, queue, jobtype, tags, attempt, runs, failure, cancel } = described;
  const told = {
    jid,
    state,
    queue,
    jobtype,
    tags,
    attempt,
    runs,
    created_at: described.createdAt,
    enqueued_at: encodeTime(described.enqueuedAt),
    at: encodeTime(described.dueAt),
    worker: described.wid,
    lease: described.token,
    lease_ends_at: encodeTime(described.endsAt),
    started_at: encodeTime(described.startedAt),
    ended_at: encodeTime(described.endedAt),
    failure: failure && encodeFailure(failure),
    attempts: described.attempts?.map(encodeAttempt),
    forget_at: encodeTime(described.forgetAt),
    cancel: cancel && encodeCancel(cancel),
  };
  const { progress, result, job } = described;
  const pieces: Buffer[] = [Buffer.from(JSON.stringify(told).slice(0, -1))];
  if (progress !== undefined) pieces.push(Buffer.from(`,"progress":${encodeProgress(progress)}`));
  if (result !== undefined) pieces.push(Buffer.from(',"result":'), result);
  return Buffer.concat([...pieces, Buffer.from(',"job":'), job, Buffer.from("}")]);
}

function encodeTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : formatTimestamp(epochMs);
}
