import { formatTimestamp } from "./timestamp.ts";

/** How a run of a job came to its end. */
export const ATTEMPT_OUTCOMES = [
  "failed",
  "lost",
  "expired",
  "stalled",
  "snoozed",
  "interrupted",
  "done",
  "cancelled",
] as const;

/** A run of a job that is over. Times are epoch milliseconds. */
export interface Attempt {
  /** The number that it had: see JobDescription.attempt. */
  attempt: number;
  /** Undefined when it is not known any more. */
  startedAt?: number;
  endedAt: number;
  /** Empty for a worker without one. */
  wid: string;
  outcome: (typeof ATTEMPT_OUTCOMES)[number];
  /** Of one that failed; the message only its beginning. */
  errtype?: string;
  message?: string;
}

/** An attempt as JOB GET shows it. */
export function encodeAttempt({ attempt, startedAt, endedAt, wid, ...rest }: Attempt): object {
  const { outcome, errtype, message } = rest;
  return {
    attempt,
    started_at: startedAt === undefined ? undefined : formatTimestamp(startedAt),
    ended_at: formatTimestamp(endedAt),
    wid: wid === "" ? undefined : wid,
    outcome,
    errtype,
    message,
  };
}
