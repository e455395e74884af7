import { milliseconds, number } from "../row.ts";
import type { Figures } from "../run-load.ts";

/** One round, for whoever watches. */
export function printRound(name: string, figures: Figures): void {
  const { jobsPerSecond, cpuMicrosPerJob, rssMiB, latency } = figures;
  const parts = [
    `${name.padEnd(18)} ${number(jobsPerSecond).padStart(7)} jobs/s`,
    `CPU µs/job: ${list(cpuMicrosPerJob)}`,
    `RSS MiB: ${list(rssMiB)}`,
  ];
  console.log(`  ${parts.join("   ")}`);
  for (const [what, { p50Ms, p95Ms, p99Ms, maxMs }] of Object.entries(latency)) {
    const [p50, p95, p99, max] = [p50Ms, p95Ms, p99Ms, maxMs].map(milliseconds);
    console.log(`    ${what.padEnd(18)} p50 ${p50}   p95 ${p95}   p99 ${p99}   max ${max}`);
  }
}

function list(values: Record<string, number>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${number(value)}`)
    .join(", ");
}
