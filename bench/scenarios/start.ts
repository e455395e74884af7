import { startMillrace } from "../contenders/millrace.ts";
import { below, milliseconds } from "../row.ts";
import type { Scenario } from "../scenario.ts";
import { summarize } from "../statistics.ts";

export const start: Scenario = {
  name: "start",
  summary: "from starting the process, on an empty directory, to its line that says it listens",
  async run({ rounds }) {
    const tookMs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const beganAt = performance.now();
      const contender = await startMillrace("always");
      // The first round reads the program from the disk.
      if (round > 0) tookMs.push(performance.now() - beganAt);
      await contender.stop();
    }
    console.log(`  millrace           ${tookMs.map(milliseconds).join(", ")}`);
    const row = below(500, {
      what: "start to listening on an empty store",
      value: summarize(tookMs),
      format: milliseconds,
    });
    return { rows: [row], rounds: {}, details: { tookMs } };
  },
};
