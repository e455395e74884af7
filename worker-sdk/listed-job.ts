import { type JobState, readJobState } from "./job-record.ts";
import { findText, findTime, listOf, numberOf, objectOf, textOf } from "./read-members.ts";

/** A job in a list. */
export interface ListedJob {
  readonly jid: string;
  readonly state: JobState;
  readonly queue: string;
  readonly type: string;
  readonly tags: readonly string[];
  readonly attempt: number;
  /** When it is due, while it waits for a time. */
  readonly at: Date | undefined;
  readonly enqueuedAt: Date | undefined;
  /** Why the server can't read it; then nothing else is known of it. */
  readonly unreadable: string | undefined;
}

/** A page of a list, and where the next one begins; nothing behind the last. */
export interface ListPage {
  jobs: ListedJob[];
  cursor: string | undefined;
}

/** Reads the answer to JOB LIST. */
export function readListPage(text: string): ListPage {
  const { jobs, cursor } = objectOf(JSON.parse(text));
  return { jobs: listOf(jobs).map(readListedJob), cursor: findText(cursor) };
}

function readListedJob(told: unknown): ListedJob {
  const { jid, state, queue, jobtype, tags, attempt, at, enqueued_at, unreadable } = objectOf(told);
  return {
    jid: textOf(jid, ""),
    state: readJobState(state),
    queue: textOf(queue, ""),
    type: textOf(jobtype, ""),
    tags: listOf(tags).map(String),
    attempt: numberOf(attempt, 1),
    at: findTime(at),
    enqueuedAt: findTime(enqueued_at),
    unreadable: findText(unreadable),
  };
}
