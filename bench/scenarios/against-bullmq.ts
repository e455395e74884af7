import { compare } from "../comparison.ts";
import { startBullMq } from "../contenders/bullmq.ts";
import { others } from "../contenders/choice.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { fill } from "../fill.ts";
import { forInformation, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario, ScenarioResult } from "../scenario.ts";
import type { Settings } from "../settings.ts";

const CONNECTIONS = 50;

/** Enough to last through warm-up and round; a round ends early when they do not. */
const QUEUED_A_SECOND = 20_000;

export const produce: Scenario = {
  name: "produce",
  summary: `${CONNECTIONS} connections that only push, or as many concurrent add() of BullMQ; --durability everysec`,
  run: (settings) =>
    against("produce: PUSH", settings, (contender) =>
      runLoad(contender, settings, { load: "push", connections: CONNECTIONS }),
    ),
};

export const processScenario: Scenario = {
  name: "process",
  summary: `${CONNECTIONS} connections that fetch and ack what is queued, or a BullMQ worker of that concurrency; --durability everysec`,
  run: (settings) =>
    against("process: FETCH + ACK", settings, async (contender) => {
      const count = ((settings.warmUpMs + settings.measureMs) / 1000) * QUEUED_A_SECOND;
      await fill(contender, settings, { count });
      return runLoad(contender, settings, { load: "process", connections: CONNECTIONS, count });
    }),
};

async function against(
  what: string,
  settings: Settings,
  round: Parameters<typeof compare>[2],
): Promise<ScenarioResult> {
  const starters = [() => startMillrace("everysec"), startBullMq, ...others(settings)];
  const comparison = await compare(starters, settings, round);
  const all = ({ cpuMicrosPerJob }: Figures) =>
    Object.values(cpuMicrosPerJob).reduce((sum, micros) => sum + micros, 0);
  const rows = Object.keys(comparison.rounds)
    .filter((name) => name !== "millrace")
    .flatMap((name) => [
      forInformation({
        what: `${what}, jobs/s against ${name}, ${CONNECTIONS} connections`,
        value: comparison.ratio("millrace", name, ({ jobsPerSecond }) => jobsPerSecond),
        format: times,
      }),
      forInformation({
        what: `${what}, CPU a job of all processes, client included, against ${name}`,
        value: comparison.ratio("millrace", name, all),
        format: times,
      }),
    ]);
  return { rows, rounds: comparison.rounds };
}
