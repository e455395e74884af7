import { cutBytes } from "../cut-bytes.ts";
import { CommandError, echo } from "../errors.ts";
import type { FailureReport } from "../failure.ts";
import { MAX_BACKTRACE_LINES, MAX_ERRTYPE_BYTES, MAX_MESSAGE_BYTES } from "../limits.ts";
import { formatTimestamp, parseTimestamp, TimestampError } from "../timestamp.ts";
import { readObject } from "./arguments.ts";

const SHAPE = {
  jid: "string",
  errtype: "string",
  message: "string",
  backtrace: "strings",
  interrupted: "bool",
  retry_at: "string",
  lease: "int",
} as const;

/** What a worker says of a job that it does not finish. */
export interface Fail extends FailureReport {
  jid: string;
  /**
   * Millrace's own: the worker stops, and the job has not failed. It goes back to the place that it
   * had in its queue, and no attempt is counted. A Faktory passes over it.
   */
  isInterrupted?: boolean;
  /** Of the lease that the worker has: see Hello.leaseSeconds. */
  token?: number;
}

/** FWP: FAIL. @throws CommandError */
export function parseFail(argument: Buffer): Fail {
  const {
    jid = "",
    errtype = "",
    message = "",
    backtrace = [],
    interrupted,
    retry_at: retryAt,
    lease: token,
  } = readObject("FAIL", argument, SHAPE);
  if (jid === "") throw new CommandError("missing JID");
  return {
    jid,
    errtype: cutBytes(errtype.trim(), MAX_ERRTYPE_BYTES) || "unknown",
    message: cutBytes(message.trim(), MAX_MESSAGE_BYTES) || "unknown",
    backtrace: backtrace.slice(0, MAX_BACKTRACE_LINES),
    ...(interrupted && { isInterrupted: true }),
    ...(retryAt && { retryAt: readTime(retryAt, argument) }),
    ...(token !== undefined && { token }),
  };
}

function readTime(text: string, argument: Buffer): number {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error;
    throw new CommandError(`invalid FAIL ${echo(argument)}`, { cause: error });
  }
}

export function encodeFail({ isInterrupted, token, ...fail }: Fail): string {
  const { jid, errtype, message, backtrace, retryAt } = fail;
  const members = {
    jid,
    errtype,
    message,
    backtrace,
    interrupted: isInterrupted,
    retry_at: retryAt === undefined ? undefined : formatTimestamp(retryAt),
    lease: token,
  };
  return `FAIL ${JSON.stringify(members)}`;
}
