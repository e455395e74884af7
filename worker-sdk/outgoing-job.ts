import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { MAX_LINE_BYTES } from "../protocol/limits.ts";
import { formatTimestamp } from "../protocol/timestamp.ts";
import type { Job } from "./job.ts";
import { encodeJson } from "./json-text.ts";

interface JobMembers {
  /**
   * The job's name, 8 to 1,000 bytes; one that nobody else has by default. A millrace stores a jid
   * that is live only once, so one that follows from what is to be done makes a push idempotent.
   */
  jid?: string | undefined;
  /** By default `default`. */
  queue?: string | undefined;
  /** 1 to 9, 9 first, 5 by default. A classic Faktory passes over it. */
  priority?: number | undefined;
  /** How often it may be tried again, 25 by default; 0 discards it at the first failure, -1 lets it die. */
  retry?: number | undefined;
  /** How long a worker may keep it: 60 to 86,400 seconds, 1,800 by default. */
  reserveForSeconds?: number | undefined;
  /** Whatever is to go with the job besides its arguments. */
  custom?: Record<string, unknown> | undefined;
}

/** Of which a job has one at the most. */
interface JobTimes {
  /** Not before this time: a Date, or epoch milliseconds. */
  at?: Date | number | undefined;
  /** Not before so many milliseconds from now. Instead of `at`. */
  delayMs?: number | undefined;
}

/** What may be said of a job besides its type and its arguments. */
export type JobOptions = JobMembers &
  (
    | (Pick<JobTimes, "at"> & { delayMs?: undefined })
    | (Pick<JobTimes, "delayMs"> & { at?: undefined })
  );

/** A job on its way to the server, as middleware sees it and may change it. */
export interface OutgoingJob extends JobMembers, Pick<JobTimes, "at"> {
  jid: string;
  type: string;
  args: readonly unknown[];
}

/** @throws RangeError for both a time and a delay, or one that is no time */
export function outgoingJob(
  type: string,
  args: readonly unknown[],
  { delayMs, ...options }: JobMembers & JobTimes,
): OutgoingJob {
  const job: OutgoingJob = { ...options, jid: options.jid ?? createJid(), type, args };
  if (delayMs === undefined) return job;
  if (job.at !== undefined) throw new RangeError("a job has either `at` or `delayMs`");
  job.at = Date.now() + delayMs;
  return job;
}

function checkWhole(numbers: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined || Number.isSafeInteger(value)) continue;
    throw new RangeError(`${name} is a whole number up to 2^53, not ${inspect(value)}`);
  }
}

/** 24 hexadecimal digits: about 90 random bits, which will do for all jobs there will ever be. */
export function createJid(): string {
  return randomUUID().replaceAll("-", "").slice(0, 24);
}

/** What of a job has a place in FWP; undefined is left out. @throws RangeError for what no server would take */
export function membersOf(job: OutgoingJob): Record<string, unknown> {
  const { jid, type, args, queue, priority, retry, reserveForSeconds, at, custom } = job;
  // JSON would make null of some, which is what was left out to a server.
  checkWhole({ priority, retry, reserveForSeconds });
  return {
    jid,
    jobtype: type,
    args,
    queue,
    priority,
    retry,
    reserve_for: reserveForSeconds,
    at: at === undefined ? undefined : formatTimestamp(Number(at)),
    custom,
  };
}

/**
 * The JSON text of a PUSH.
 * @param pusher the job that pushes it, under its lease
 * @throws RangeError for what no server would take
 */
export function encodeOutgoingJob(job: OutgoingJob, pusher?: Pick<Job, "jid" | "lease">): string {
  const { jid } = job;
  const text = encodeJson({
    ...membersOf(job),
    on_behalf: pusher?.lease === undefined ? undefined : { jid: pusher.jid, lease: pusher.lease },
  });
  // A character has at most three bytes as UTF-8, for each of its UTF-16 units.
  if (text.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(text) > MAX_LINE_BYTES - 64) {
    throw new RangeError(`job ${jid} is larger than the ${MAX_LINE_BYTES} bytes of a line`);
  }
  return text;
}
