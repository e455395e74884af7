import { compare } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { peerRow } from "../peer-row.ts";
import { atLeast, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

const JOBS_A_COMMAND = 1_000;
const CONNECTIONS = 2;

const jobsPerSecond = (figures: Figures) => figures.jobsPerSecond;

export const pushb: Scenario = {
  name: "pushb",
  summary: `${CONNECTIONS} connections, PUSHB of ${JOBS_A_COMMAND} jobs; --durability everysec`,
  async run(settings) {
    const starters = [() => startMillrace("everysec"), ...others(settings)];
    const load = { load: "pushb", jobsPerCommand: JOBS_A_COMMAND } as const;
    const comparison = await compare(starters, settings, (contender) =>
      runLoad(contender, settings, { ...load, connections: CONNECTIONS }),
    );
    const row = atLeast(5, {
      what: `PUSHB of ${JOBS_A_COMMAND}: jobs/s against Faktory`,
      value: comparison.ratio("millrace", "Faktory", jobsPerSecond),
      format: times,
    });
    const peer = peerRow(comparison, `PUSHB of ${JOBS_A_COMMAND}: jobs/s`, jobsPerSecond);
    return { rows: [row, ...peer], rounds: comparison.rounds };
  },
};
