import { Discard, DoNotRetry, type JobCancelled, RetryAt, Snooze } from "./job-errors.ts";
import type { KeptResult } from "./job-result.ts";

/** How a job has ended, as far as this worker is concerned. */
export type Outcome =
  | { kind: "done"; kept?: KeptResult }
  /** Its handler found that there is nothing to do. */
  | { kind: "discarded"; error: unknown }
  | { kind: "failed"; error: unknown; retryAt: number | undefined; mayRetry: boolean }
  /** It is put off, and has not failed. */
  | { kind: "snoozed"; snooze: Snooze }
  /** It was not finished, and goes back. */
  | { kind: "handedBack" }
  /** It was cancelled while it was here. The server, which knows, is told how it ended all the same. */
  | { kind: "cancelled"; reason: JobCancelled; ended: Outcome }
  /** Its reservation has ended: the server has dealt with it already. */
  | { kind: "expired" };

/** What an error that a handler throws means for its job. */
export function outcomeOf(error: unknown): Outcome {
  try {
    if (error instanceof Error) look(error);
    if (error instanceof Discard) return { kind: "discarded", error };
    if (error instanceof Snooze) return { kind: "snoozed", snooze: error };
    return {
      kind: "failed",
      error,
      retryAt: error instanceof RetryAt ? error.at : undefined,
      mayRetry: !(error instanceof DoNotRetry),
    };
  } catch {
    // A getter or a proxy's trap that throws: a listener or logger that looks would have to bear it.
    const replacement = new Error("what was thrown can't be looked at");
    return { kind: "failed", error: replacement, retryAt: undefined, mayRetry: true };
  }
}

/** @throws what asking for its members throws */
function look({ name, message, stack, cause }: Error): unknown {
  return [name, message, stack, cause];
}
