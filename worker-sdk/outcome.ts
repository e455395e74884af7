import { Discard, DoNotRetry, RetryAt } from "./job-errors.ts";

/** How a job has ended, as far as this worker is concerned. */
export type Outcome =
  | { kind: "done" }
  /** Its handler found that there is nothing to do. */
  | { kind: "discarded"; error: unknown }
  | { kind: "failed"; error: unknown; retryAt: number | undefined; mayRetry: boolean }
  /** It was not finished, and goes back. */
  | { kind: "handedBack" }
  /** Its reservation has ended: the server has dealt with it already. */
  | { kind: "expired" };

/** What an error that a handler throws means for its job. */
export function outcomeOf(error: unknown): Outcome {
  try {
    if (error instanceof Discard) return { kind: "discarded", error };
    return {
      kind: "failed",
      error,
      retryAt: error instanceof RetryAt ? error.at : undefined,
      mayRetry: !(error instanceof DoNotRetry),
    };
  } catch {
    // A proxy whose traps throw: nobody who hears of it could look at it either.
    const replacement = new Error("what was thrown can't be looked at");
    return { kind: "failed", error: replacement, retryAt: undefined, mayRetry: true };
  }
}
