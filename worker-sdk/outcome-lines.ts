import { encodeAck } from "../protocol/commands/ack.ts";
import { encodeFail, type Fail } from "../protocol/commands/fail.ts";
import { encodeMutate } from "../protocol/commands/mutate.ts";
import { cutBytes } from "../protocol/cut-bytes.ts";
import { MAX_BACKTRACE_LINES, MAX_ERRTYPE_BYTES, MAX_MESSAGE_BYTES } from "../protocol/limits.ts";
import type { Job } from "./job.ts";
import { UnknownJobType } from "./job-errors.ts";
import type { Outcome } from "./outcome.ts";

/** A line of a backtrace that is longer is cut: the server keeps it as it comes. */
const MAX_BACKTRACE_LINE_BYTES = 1_000;

/** Until it is seen whether another worker knows a job's type: a new one is deployed within minutes. */
const UNKNOWN_TYPE_SECONDS = 60;

type HeldJob = Pick<Job, "jid" | "lease" | "retry">;
type Failed = Extract<Outcome, { kind: "failed" }>;

/** The commands that tell the server how a job has ended; none where it knows already. */
export function outcomeLines(job: HeldJob, outcome: Outcome): string[] {
  switch (outcome.kind) {
    case "done":
      return [encodeAck({ ...held(job), ...outcome.kept })];
    case "discarded":
      return [encodeAck(held(job))];
    case "snoozed": {
      const { seconds: snoozeSeconds } = outcome.snooze;
      return [encodeFail({ ...held(job), ...describe(outcome.snooze), snoozeSeconds })];
    }
    case "handedBack":
      return [encodeFail({ ...held(job), ...HANDED_BACK, isInterrupted: true })];
    case "cancelled":
      return outcomeLines(job, outcome.ended);
    case "expired":
      return [];
    case "failed":
      return failLines(job, outcome, describe(outcome.error));
  }
}

/** The same, where the server does not take the failure or the result as it was told. */
export function plainOutcomeLines(job: HeldJob, outcome: Outcome): string[] {
  if (outcome.kind === "cancelled") return plainOutcomeLines(job, outcome.ended);
  if (outcome.kind === "done" && outcome.kept !== undefined) {
    return [encodeFail({ ...held(job), ...RESULT_REFUSED })];
  }
  if (outcome.kind !== "failed") return outcomeLines(job, outcome);
  const { errtype } = describe(outcome.error);
  const message = "the server refused what its worker told of the failure";
  return failLines(job, outcome, { errtype, message, backtrace: [] });
}

function held({ jid, lease }: HeldJob): { jid: string; token?: number } {
  return lease === undefined ? { jid } : { jid, token: lease };
}

function failLines(job: HeldJob, failed: Failed, description: Description): string[] {
  const fail = { ...held(job), ...description, ...nextRun(job, failed) };
  if (failed.mayRetry) return [encodeFail(fail)];
  if (job.lease !== undefined) return [encodeFail({ ...fail, isFinal: true })];
  // FWP has no FAIL for good: the job is taken out of the retries at once, in the same packet.
  const filter = { jids: [job.jid], pattern: "", jobtype: "" };
  return [encodeFail(fail), encodeMutate({ action: "kill", target: "retries", filter })];
}

/** Nothing where the server's back-off is to count. */
function nextRun(job: HeldJob, failed: Failed): Pick<Fail, "retryAt" | "snoozeSeconds"> {
  // A failure would be the end of a job that may run only once, and nobody has run it.
  if (job.retry === 0 && attempt(() => failed.error instanceof UnknownJobType)) {
    return { snoozeSeconds: UNKNOWN_TYPE_SECONDS };
  }
  return failed.retryAt === undefined ? {} : { retryAt: failed.retryAt };
}

/** What a classic Faktory is told, for which the job has failed. */
const HANDED_BACK = {
  errtype: "WorkerStopping",
  message: "the worker was stopped before the job was done",
  backtrace: [],
};

/** One that is nested too deeply, for example. The job has done its work, but not what was asked of it. */
const RESULT_REFUSED = {
  errtype: "ResultRefused",
  message: "the server refused the result of the job",
  backtrace: [],
};

interface Description {
  errtype: string;
  message: string;
  backtrace: string[];
}

/** Never throws, whatever a handler has thrown: its members may be anything, and asking for them fail. */
function describe(error: unknown): Description {
  if (!isError(error)) {
    const message = textOf(() => String(error), MAX_MESSAGE_BYTES);
    return { errtype: "NotAnError", message: message || "it can't be told as text", backtrace: [] };
  }
  const errtype = textOf(() => error.name, MAX_ERRTYPE_BYTES) || "Error";
  return {
    errtype,
    message: textOf(() => error.message, MAX_MESSAGE_BYTES) || errtype,
    backtrace: [...stackOf(error), ...causesOf(error)]
      .slice(0, MAX_BACKTRACE_LINES)
      .map((line) => cutBytes(line, MAX_BACKTRACE_LINE_BYTES)),
  };
}

/** Without the message, which may have many lines itself. */
function stackOf(error: Error): string[] {
  return textOf(() => error.stack, Number.POSITIVE_INFINITY)
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

function causesOf(error: Error): string[] {
  const cause = attempt(() => error.cause);
  if (!isError(cause)) return [];
  const name = textOf(() => cause.name, MAX_ERRTYPE_BYTES);
  const message = textOf(() => cause.message, MAX_MESSAGE_BYTES);
  return [`caused by ${name}: ${message}`, ...stackOf(cause)];
}

function isError(value: unknown): value is Error {
  return attempt(() => value instanceof Error) ?? false;
}

function textOf(read: () => unknown, maxBytes: number): string {
  // oxlint-disable-next-line typescript/no-base-to-string -- whatever it is, a text is wanted
  return attempt(() => cutBytes(String(read() ?? ""), maxBytes)) ?? "";
}

function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
