import { Comparison, withContenders } from "../comparison.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { fill } from "../fill.ts";
import { atLeast, percent } from "../row.ts";
import { runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

const CONNECTIONS = 50;

export const million: Scenario = {
  name: "million",
  summary: `${CONNECTIONS} connections push, fetch and ack on a queue that holds 1,000 or 1,000,000 jobs; --durability everysec`,
  async run(settings) {
    const many = settings.isQuick ? 50_000 : 1_000_000;
    const comparison = new Comparison();
    const start = () => startMillrace("everysec");
    await withContenders([start, start], async (contenders) => {
      for (const [index, contender] of contenders.entries()) {
        await fill(contender, settings, { count: index === 0 ? 1_000 : many });
      }
      for (let round = settings.isQuick ? 1 : 0; round <= settings.rounds; round++) {
        for (const [index, contender] of contenders.entries()) {
          const figures = await runLoad(contender, settings, {
            load: "cycle",
            connections: CONNECTIONS,
          });
          if (round > 0) comparison.add(index === 0 ? "few queued" : "many queued", figures);
        }
      }
    });
    const row = atLeast(0.9, {
      what: `jobs/s with ${many.toLocaleString("en")} jobs queued, against 1,000`,
      value: comparison.ratio("many queued", "few queued", ({ jobsPerSecond }) => jobsPerSecond),
      format: percent,
    });
    return { rows: [row], rounds: comparison.rounds };
  },
};
