import { encodeAck } from "../protocol/commands/ack.ts";
import { encodeFail } from "../protocol/commands/fail.ts";
import { encodeMutate } from "../protocol/commands/mutate.ts";
import { MAX_BACKTRACE_LINES } from "../protocol/limits.ts";
import type { Outcome } from "./outcome.ts";

/** The commands that tell the server how a job has ended; none where it knows already. */
export function outcomeLines(jid: string, outcome: Outcome): string[] {
  switch (outcome.kind) {
    case "done":
    case "discarded":
      return [encodeAck({ jid })];
    case "handedBack":
      return [encodeFail({ jid, ...HANDED_BACK, isInterrupted: true })];
    case "expired":
      return [];
    case "failed": {
      const { error, retryAt, mayRetry } = outcome;
      const fail = encodeFail({
        jid,
        ...describe(error),
        ...(retryAt !== undefined && { retryAt }),
      });
      if (mayRetry) return [fail];
      // FWP has no FAIL for good: the job is taken out of the retries at once, in the same packet.
      const filter = { jids: [jid], pattern: "", jobtype: "" };
      return [fail, encodeMutate({ action: "kill", target: "retries", filter })];
    }
  }
}

/** What a classic Faktory is told, for which the job has failed. */
const HANDED_BACK = {
  errtype: "WorkerStopping",
  message: "the worker was stopped before the job was done",
  backtrace: [],
};

function describe(error: unknown): { errtype: string; message: string; backtrace: string[] } {
  if (!(error instanceof Error)) {
    return { errtype: "NotAnError", message: String(error), backtrace: [] };
  }
  return {
    errtype: error.name,
    message: error.message || error.name,
    backtrace: [...stackOf(error), ...causesOf(error)].slice(0, MAX_BACKTRACE_LINES),
  };
}

/** Without the message, which may have many lines itself. */
function stackOf({ stack = "" }: Error): string[] {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

function causesOf({ cause }: Error): string[] {
  if (!(cause instanceof Error)) return [];
  return [`caused by ${cause.name}: ${cause.message}`, ...stackOf(cause)];
}
