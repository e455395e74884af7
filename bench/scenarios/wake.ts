import { compare } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { peerRow } from "../peer-row.ts";
import { below, milliseconds } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

const WORKERS = 50;
const JOBS_PER_SECOND = 300;

export const wake: Scenario = {
  name: "wake",
  summary: `${WORKERS} parked FETCHes, ${JOBS_PER_SECOND} jobs a second; --durability everysec`,
  async run(settings) {
    const starters = [() => startMillrace("everysec"), ...others(settings)];
    const load = { load: "wake", jobsPerSecond: JOBS_PER_SECOND } as const;
    const comparison = await compare(starters, settings, (contender) =>
      runLoad(contender, settings, { ...load, connections: WORKERS }),
    );
    const rowsOf = (name: "p50Ms" | "p99Ms", target: number) => {
      const pick = ({ latency }: Figures) => latency["from PUSH to worker"]?.[name] ?? Number.NaN;
      const what = `parked FETCH woken by a PUSH, ${JOBS_PER_SECOND} jobs/s: ${name.slice(0, 3)}`;
      const value = comparison.of("millrace", pick);
      const row = below(target, { what, value, format: milliseconds });
      return [row, ...peerRow(comparison, what, pick)];
    };
    return { rows: [...rowsOf("p50Ms", 1), ...rowsOf("p99Ms", 5)], rounds: comparison.rounds };
  },
};
