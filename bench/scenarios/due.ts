import { compare } from "../comparison.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { below, forInformation, milliseconds } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario, ScenarioResult } from "../scenario.ts";

const WORKERS = 50;

/** How the due times lie. */
interface Spread {
  what: string;
  count: number;
  overMs: number;
  /** p99 of the time between due and handed out. Without one it is for information. */
  targetMs?: number;
}

const SPREADS: Spread[] = [
  { what: "one every 20 ms", count: 200, overMs: 4_000, targetMs: 50 },
  { what: "10,000 within a second", count: 10_000, overMs: 1_000, targetMs: 50 },
  { what: "10,000 at the same instant", count: 10_000, overMs: 0 },
];

const p99Late = ({ latency }: Figures) => latency["late"]?.p99Ms ?? Number.NaN;

/** Faktory has no place in it: it looks for due jobs every five seconds. */
export const due: Scenario = {
  name: "due",
  summary: `${WORKERS} parked FETCHes, jobs with an "at"; --durability everysec`,
  async run(settings) {
    const result: ScenarioResult = { rows: [], rounds: {} };
    for (const { what, count, overMs, targetMs } of SPREADS) {
      console.log(`  ${what}:`);
      const load = { load: "due", count, overMs } as const;
      const starters = [() => startMillrace("everysec")];
      const comparison = await compare(starters, settings, (contender) =>
        runLoad(contender, settings, { ...load, connections: WORKERS }),
      );
      const row = {
        what: `a job due at T, handed to a parked worker, p99 after T: ${what}`,
        value: comparison.of("millrace", p99Late),
        format: milliseconds,
      };
      result.rows.push(targetMs === undefined ? forInformation(row) : below(targetMs, row));
      result.rounds[what] = comparison.rounds["millrace"] ?? [];
    }
    const early = Object.values(result.rounds)
      .flat()
      .reduce((sum, figures) => sum + figures.early, 0);
    result.rows.push({
      what: "jobs handed out before they were due",
      target: "0",
      measured: String(early),
      verdict: early === 0 ? "ok" : "missed",
    });
    return result;
  },
};
