import type { Failure } from "../../protocol/failure.ts";

/** A run that is over, as shared/runs.lua notes it. */
export interface Run {
  attempt: number;
  startedAt: number | null;
  endedAt: number;
  wid: string;
  outcome: string;
  errtype?: string;
  message?: string;
}

/** What a job's header has when these were its last runs. */
export function over(...last: Run[]): { runs: number; attempts: string } {
  const lines = last.map(({ attempt, startedAt, endedAt, wid, outcome, errtype, message }) =>
    JSON.stringify({ attempt, startedAt, endedAt, wid, outcome, errtype, message }),
  );
  return { runs: last.length, attempts: lines.join("\n") };
}

/** A job whose first run that is noted has ended with this failure. */
export function after<Job>(job: Job, failure: Failure, run: Partial<Run> & { endedAt: number }) {
  const { retryCount, errtype, message } = failure;
  const told = { errtype, message, outcome: "failed" };
  const noted = over({ attempt: retryCount + 1, startedAt: 1, wid: "w", ...told, ...run });
  return { ...job, failure, ...noted };
}
