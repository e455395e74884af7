import { isDeepStrictEqual } from "node:util";
import type { Run } from "./program.ts";

/** A job as our programs read it. */
export interface CompatJob {
  jobtype: "Steady" | "Flaky";
  queue: string;
  args: unknown[];
  /** RFC 3339. */
  at?: string;
}

/** One job in so many fails at its first attempt. */
const FLAKY_EVERY = 100;

/** The jobs `from` to `to`, dealt out to the queues. */
export function makeJobs(from: number, to: number, queues: readonly string[]): CompatJob[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const number = from + index;
    const jobtype = number % FLAKY_EVERY === 0 ? "Flaky" : "Steady";
    return { jobtype, queue: queues[number % queues.length] ?? "default", args: argsOf(number) };
  });
}

export function isFlaky({ jobtype }: CompatJob): boolean {
  return jobtype === "Flaky";
}

/** As programs get them on their standard input. */
export function asLines(jobs: readonly CompatJob[]): string {
  return jobs.map((job) => `${JSON.stringify(job)}\n`).join("");
}

/** What a job's library made of its arguments; throws when it is not what was pushed. */
export function numberOf({ args }: Run): number {
  const number = Number(args[0]);
  const expected = argsOf(number);
  if (isDeepStrictEqual(args, expected)) return number;
  throw new Error(`pushed ${JSON.stringify(expected)}, and got ${JSON.stringify(args)}`);
}

/** Different for each job, and full of what a careless codec spoils. */
function argsOf(number: number): unknown[] {
  const text = `job ${number} – ünïcode 🏭 "quoted" \\ <b>&</b> \n\t\u2028 ${"é".repeat(number % 7)}`;
  const nested = { list: [1, [2, [{ deep: null }]]], isEven: number % 2 === 0, "": "no name" };
  return [number, { text, nested, half: number + 0.5 }, Number.MAX_SAFE_INTEGER - number, -number];
}
