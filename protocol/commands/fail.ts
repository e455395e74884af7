import { cutBytes } from "../cut-bytes.ts";
import { CommandError, echo } from "../errors.ts";
import type { FailureReport } from "../failure.ts";
import {
  MAX_BACKTRACE_LINES,
  MAX_ERRTYPE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_SNOOZE_SECONDS,
} from "../limits.ts";
import { formatTimestamp, parseTimestamp, TimestampError } from "../timestamp.ts";
import { isToken } from "../token.ts";
import { readObject } from "./arguments.ts";

const SHAPE = {
  jid: "string",
  errtype: "string",
  message: "string",
  backtrace: "strings",
  interrupted: "bool",
  retry_at: "string",
  lease: "number",
  snooze: "number",
  final: "bool",
} as const;

/** What a worker says of a job that it does not finish. */
export interface Fail extends FailureReport {
  jid: string;
  /**
   * Millrace's own: the worker stops, and the job has not failed. It goes back to the place that it
   * had in its queue, and no attempt is counted. A Faktory passes over it.
   */
  isInterrupted?: boolean;
  /**
   * Millrace's own: the job has not failed, and is to run again after so long. No attempt is counted. A
   * Faktory passes over it.
   */
  snoozeSeconds?: number;
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
    snooze,
    final: isFinal = false,
  } = readObject("FAIL", argument, SHAPE);
  if (jid === "") throw new CommandError("missing JID");
  if (token !== undefined && !isToken(token)) {
    throw refusal(argument, "lease must be the token of one");
  }
  if (snooze !== undefined) {
    checkSnooze(snooze, argument);
    if (interrupted) throw refusal(argument, "it is either interrupted or snoozed");
    if (retryAt) throw refusal(argument, "a job that is snoozed has no retry_at");
  }
  if (isFinal && (interrupted || retryAt || snooze !== undefined)) {
    throw refusal(argument, "what is final is not run again");
  }
  return {
    jid,
    errtype: cutBytes(errtype.trim(), MAX_ERRTYPE_BYTES) || "unknown",
    message: cutBytes(message.trim(), MAX_MESSAGE_BYTES) || "unknown",
    backtrace: backtrace.slice(0, MAX_BACKTRACE_LINES),
    ...(interrupted && { isInterrupted: true }),
    ...(snooze !== undefined && { snoozeSeconds: snooze }),
    ...(retryAt && { retryAt: readTime(retryAt, argument) }),
    ...(isFinal && { isFinal: true }),
    ...(token !== undefined && { token }),
  };
}

function checkSnooze(seconds: number, argument: Buffer): void {
  if (seconds >= 0 && seconds <= MAX_SNOOZE_SECONDS) return;
  throw refusal(argument, `snooze must be from 0 to ${MAX_SNOOZE_SECONDS} seconds`);
}

function refusal(argument: Buffer, why: string): CommandError {
  return new CommandError(`invalid FAIL ${echo(argument)}: ${why}`);
}

function readTime(text: string, argument: Buffer): number {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error;
    throw new CommandError(`invalid FAIL ${echo(argument)}`, { cause: error });
  }
}

export function encodeFail({ isInterrupted, snoozeSeconds, token, ...fail }: Fail): string {
  const { jid, errtype, message, backtrace, retryAt, isFinal } = fail;
  const members = {
    jid,
    errtype,
    message,
    backtrace,
    interrupted: isInterrupted,
    snooze: snoozeSeconds,
    retry_at: retryAt === undefined ? undefined : formatTimestamp(retryAt),
    final: isFinal,
    lease: token,
  };
  return `FAIL ${JSON.stringify(members)}`;
}
