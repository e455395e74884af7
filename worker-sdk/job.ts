import {
  DEFAULT_PRIORITY,
  DEFAULT_RESERVE_SECONDS,
  DEFAULT_RETRY,
  MIN_RESERVE_SECONDS,
} from "../protocol/limits.ts";
import { findNumber, findTime, numberOf, objectOf, textOf } from "./read-members.ts";

/** A job that was fetched. */
export interface Job {
  readonly jid: string;
  readonly type: string;
  readonly args: readonly unknown[];
  readonly queue: string;
  /** 1 to 9, 9 first. */
  readonly priority: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** How often it may be tried again. */
  readonly retry: number;
  readonly reserveForSeconds: number;
  /** When it was to run; undefined when that was at once. */
  readonly at: Date | undefined;
  /** Undefined where the producer wrote something that is no time. */
  readonly createdAt: Date | undefined;
  readonly enqueuedAt: Date | undefined;
  readonly custom: Readonly<Record<string, unknown>>;
  /** Of the attempt before. */
  readonly failure: JobFailure | undefined;
  /**
   * The token of its lease: greater than any before it. Undefined on a classic Faktory, and where a
   * job's reservation counts.
   */
  readonly lease: number | undefined;
}

export interface JobFailure {
  /** 0 after the first failure. */
  readonly retryCount: number;
  readonly errtype: string;
  readonly message: string;
  readonly backtrace: readonly string[];
  readonly failedAt: Date | undefined;
}

/** Reads what JSON.parse made of a job's text. @throws TypeError for what is no job */
export function readJob(parsed: unknown): Job {
  const { jid, jobtype, args, queue, priority, retry, ...rest } = objectOf(parsed);
  const { reserve_for, at, created_at, enqueued_at, custom, failure, lease } = rest;
  if (typeof jid !== "string" || typeof jobtype !== "string" || !Array.isArray(args)) {
    throw new TypeError("the server sent something that is no job");
  }
  const past = readFailure(failure);
  return {
    jid,
    type: jobtype,
    args,
    queue: textOf(queue, "default"),
    priority: numberOf(priority, DEFAULT_PRIORITY),
    attempt: past === undefined ? 1 : past.retryCount + 2,
    retry: numberOf(retry, DEFAULT_RETRY),
    reserveForSeconds: readReserveFor(reserve_for),
    at: findTime(at),
    createdAt: findTime(created_at),
    enqueuedAt: findTime(enqueued_at),
    custom: objectOf(custom),
    failure: past,
    lease: findNumber(lease),
  };
}

export function readFailure(failure: unknown): JobFailure | undefined {
  if (typeof failure !== "object" || failure === null) return undefined;
  const { retry_count, errtype, message, backtrace, failed_at } = objectOf(failure);
  return {
    retryCount: numberOf(retry_count, 0),
    errtype: textOf(errtype, ""),
    message: textOf(message, ""),
    backtrace: Array.isArray(backtrace) ? backtrace.map(String) : [],
    failedAt: findTime(failed_at),
  };
}

/** FWP: 0 means the default, and what is too short is a minute. */
function readReserveFor(written: unknown): number {
  const seconds = numberOf(written, 0);
  return seconds === 0 ? DEFAULT_RESERVE_SECONDS : Math.max(seconds, MIN_RESERVE_SECONDS);
}
