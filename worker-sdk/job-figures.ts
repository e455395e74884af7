import { findNumber, numberOf, objectOf } from "./read-members.ts";

/** How long the jobs of a type have waited and run, in the last days. */
export interface JobFigures {
  /** Of how many runs that is known, and how many of these failed. */
  readonly count: number;
  readonly failed: number;
  /** From the queue to a worker; undefined while there was no run. */
  readonly waitMs: Percentiles | undefined;
  /** From then to the end. */
  readonly runMs: Percentiles | undefined;
  /** What would fit as leaseSeconds, and reserveForSeconds; undefined after a few runs only. */
  readonly suggestedLeaseSeconds: number | undefined;
  readonly suggestedReserveForSeconds: number | undefined;
}

/** Half of all took no longer than the first, 95 and 99 of 100 than the others. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Reads the answer to JOB FIGURES. */
export function readJobFigures(text: string): JobFigures {
  const told = objectOf(JSON.parse(text));
  const { count, failed, wait_ms, run_ms, suggested_lease, suggested_reserve_for } = told;
  return {
    count: numberOf(count, 0),
    failed: numberOf(failed, 0),
    waitMs: findPercentiles(wait_ms),
    runMs: findPercentiles(run_ms),
    suggestedLeaseSeconds: findNumber(suggested_lease),
    suggestedReserveForSeconds: findNumber(suggested_reserve_for),
  };
}

function findPercentiles(told: unknown): Percentiles | undefined {
  if (told === undefined) return undefined;
  const { p50, p95, p99 } = objectOf(told);
  return { p50: numberOf(p50, 0), p95: numberOf(p95, 0), p99: numberOf(p99, 0) };
}
