import type { JobAttempt } from "./job-attempt.ts";
import type { RestartPolicy } from "./service-options.ts";

/** Runs that have failed, whoever says so. */
const FAILURES = new Set(["failed", "lost", "expired", "stalled"]);

/**
 * How long a service waits after a run that has failed.
 * @param ranMs how long that was
 * @param earlier the runs before it, the oldest first, whichever processes they were in
 */
export function restartDelayMs(
  policy: RestartPolicy,
  ranMs: number,
  earlier: readonly JobAttempt[],
): number {
  const isHealthy = ranMs >= policy.healthyAfterMs;
  const failures = isHealthy ? 0 : failuresInARow(earlier, policy.healthyAfterMs);
  return Math.min(policy.restartDelayMs * 2 ** failures, policy.maxRestartDelayMs);
}

/** Until a run that was healthy for a while, or did not fail. One that was interrupted says nothing. */
function failuresInARow(attempts: readonly JobAttempt[], healthyAfterMs: number): number {
  let count = 0;
  for (const attempt of attempts.toReversed()) {
    if (FAILURES.has(attempt.outcome)) count++;
    else if (attempt.outcome !== "interrupted") break;
    if (runMsOf(attempt) >= healthyAfterMs) break;
  }
  return count;
}

function runMsOf({ startedAt, endedAt }: JobAttempt): number {
  if (startedAt === undefined || endedAt === undefined) return 0;
  return endedAt.getTime() - startedAt.getTime();
}
