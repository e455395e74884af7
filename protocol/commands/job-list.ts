import { CommandError, quote } from "../errors.ts";
import { JOB_STATES, type JobState } from "../job-state.ts";
import { JsonError, scanJson } from "../json.ts";
import { DEFAULT_LISTED_JOBS, MAX_LISTED_JOBS } from "../limits.ts";
import { canonicalName, readMembers } from "../members.ts";
import { checkQueueName } from "../queue-name.ts";
import { checkTag } from "../tags.ts";
import { formatTimestamp } from "../timestamp.ts";

export const JOB_LIST_USAGE =
  'JOB LIST [{"state":"…","queue":"…","jobtype":"…","tag":"…","count":100,"cursor":"…"}]';

/** Which jobs are to be listed; without any member all. */
export interface JobListFilter {
  state?: JobState;
  queue?: string;
  jobtype?: string;
  tag?: string;
  /** At most so many. */
  count: number;
  /** From the reply before. */
  cursor?: string;
}

/** A job in a list. Times are epoch milliseconds. */
export type JobListEntry = { jid: string; state: JobState } & (
  | {
      queue: string;
      jobtype: string;
      tags: string[] | undefined;
      attempt: number;
      dueAt: number | undefined;
      enqueuedAt: number | undefined;
    }
  /** Why the server can't tell more of it. */
  | { unreadable: string }
);

const SHAPE = {
  state: "string",
  queue: "string",
  jobtype: "string",
  tag: "string",
  count: "int",
  cursor: "string",
} as const;

/** JOB LIST, millrace's own. @throws CommandError */
export function parseJobList(argument: Buffer): JobListFilter {
  try {
    return readFilter(argument.length === 0 ? Buffer.from("{}") : argument);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(`invalid JOB LIST: ${error.message}`, { cause: error });
  }
}

function readFilter(argument: Buffer): JobListFilter {
  const json = scanJson(argument);
  if (json.kind !== "object") throw new JsonError(`must be an object, not ${json.kind}`);
  const unknown = json.members.find(({ name }) => canonicalName(SHAPE, name) === undefined);
  // One that is misspelt would else stand for all jobs.
  if (unknown !== undefined) throw new JsonError(`there is no filter ${quote(unknown.name)}`);
  const { state, queue, jobtype, tag, count, cursor } = readMembers(json, SHAPE, "JobList");
  const filter: JobListFilter = { count: checkCount(count) };
  if (state !== undefined) filter.state = checkState(state);
  if (queue !== undefined) filter.queue = checkQueueName(queue);
  if (jobtype !== undefined) filter.jobtype = jobtype;
  if (tag !== undefined) {
    checkTag(tag);
    filter.tag = tag;
  }
  if (cursor !== undefined) filter.cursor = cursor;
  return filter;
}

function checkState(state: string): JobState {
  const known = JOB_STATES.find((one) => one === state);
  if (known !== undefined) return known;
  throw new JsonError(`there is no state ${quote(state)}, but ${JOB_STATES.join(", ")}`);
}

function checkCount(count = DEFAULT_LISTED_JOBS): number {
  if (count >= 1 && count <= MAX_LISTED_JOBS) return count;
  throw new JsonError(`count must be from 1 to ${MAX_LISTED_JOBS}`);
}

/** What is undefined is left out. */
export function encodeJobList(
  filter: { [Name in keyof JobListFilter]?: JobListFilter[Name] | undefined } = {},
): string {
  return `JOB LIST ${JSON.stringify(filter)}`;
}

/** The reply. @param cursor absent at the end of the list */
export function encodeListedJobs(entries: readonly JobListEntry[], cursor?: string): string {
  return JSON.stringify({ jobs: entries.map(encodeEntry), cursor });
}

function encodeEntry(entry: JobListEntry): object {
  if ("unreadable" in entry) return entry;
  const { jid, state, queue, jobtype, tags, attempt, dueAt, enqueuedAt } = entry;
  return {
    jid,
    state,
    queue,
    jobtype,
    tags,
    attempt,
    at: dueAt === undefined ? undefined : formatTimestamp(dueAt),
    enqueued_at: enqueuedAt === undefined ? undefined : formatTimestamp(enqueuedAt),
  };
}
