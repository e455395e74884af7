import { type JsonMember, scanJson } from "./json.ts";
import { readMembers } from "./members.ts";
import { formatTimestamp } from "./timestamp.ts";

/** What a worker tells of a failure, cut to what is kept of it. */
export interface FailureReport {
  errtype: string;
  message: string;
  backtrace: string[];
  /** When it is to be tried again, in epoch milliseconds; by the back-off where the worker says nothing. */
  retryAt?: number;
  /** It is not to be tried again, whatever its `retry`. */
  isFinal?: true;
}

/** What is known of a job's failures. FWP: the `failure` object. */
export interface Failure {
  /** 0 after the first failure. */
  retryCount: number;
  remaining: number;
  /** When it failed first. */
  failedAt?: FailureTime;
  /** When it is, or was, to be tried again. */
  nextAt?: FailureTime;
  errtype: string;
  message: string;
  backtrace?: string[];
}

/**
 * Epoch milliseconds, or whatever text a client has sent along with a job that had failed elsewhere:
 * FWP does not check it.
 */
export type FailureTime = number | string;

const SHAPE = {
  retry_count: "int",
  remaining: "int",
  failed_at: "string",
  next_at: "string",
  message: "string",
  errtype: "string",
  backtrace: "strings",
} as const;

/** Reads the failure that a client hands over with a job. Throws JsonError. */
export function readFailure(text: Buffer, { start, end }: JsonMember): Failure {
  const object = text.subarray(start, end);
  const members = readMembers(scanJson(object), SHAPE, "Failure.failure");
  const { retry_count: retryCount = 0, remaining = 0, errtype = "", message = "" } = members;
  const failure: Failure = { retryCount, remaining, errtype, message };
  if (members.failed_at !== undefined) failure.failedAt = members.failed_at;
  if (members.next_at !== undefined) failure.nextAt = members.next_at;
  if (members.backtrace !== undefined) failure.backtrace = members.backtrace;
  return failure;
}

/** The failure as FETCH shows it. */
export function encodeFailure(failure: Failure): object {
  const {
    failedAt = "",
    nextAt = "",
    message,
    errtype,
    backtrace,
    retryCount,
    remaining,
  } = failure;
  return {
    failed_at: encodeTime(failedAt),
    next_at: nextAt === "" ? undefined : encodeTime(nextAt),
    message,
    errtype,
    backtrace: backtrace?.length ? backtrace : undefined,
    retry_count: retryCount,
    remaining,
  };
}

function encodeTime(time: FailureTime): string {
  return typeof time === "string" ? time : formatTimestamp(time);
}
