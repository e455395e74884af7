export const JOB_FIGURES_USAGE = "JOB FIGURES [<jobtype>]";

/** How long the jobs of a type took, of those that were measured. Times are milliseconds, to within 5 %. */
export interface JobFigures {
  jobtype: string;
  /** How many runs were measured. */
  count: number;
  /** How many of them failed. */
  failed: number;
  /** From when a job was put into its queue until it was handed out. Absent when none was measured. */
  waitMs?: Percentiles;
  /** From then until its worker said how it ended. */
  runMs?: Percentiles;
  /** In seconds; absent while too few runs were measured to say. */
  suggestedLease?: number;
  suggestedReserveFor?: number;
}

/** Half of all took no longer than the first, and so on. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** JOB FIGURES, millrace's own. @returns the jobtype; undefined when all types are asked for */
export function parseJobFigures(argument: Buffer): string | undefined {
  return argument.length === 0 ? undefined : argument.toString();
}

/** @param jobtype absent for the names of all types */
export function encodeJobFigures(jobtype?: string): string {
  return jobtype === undefined ? "JOB FIGURES" : `JOB FIGURES ${jobtype}`;
}

/** The reply. */
export function encodeFigures({ waitMs, runMs, ...figures }: JobFigures): string {
  const { jobtype, count, failed, suggestedLease, suggestedReserveFor } = figures;
  return JSON.stringify({
    jobtype,
    count,
    failed,
    wait_ms: waitMs,
    run_ms: runMs,
    suggested_lease: suggestedLease,
    suggested_reserve_for: suggestedReserveFor,
  });
}
