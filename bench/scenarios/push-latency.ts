import { compare } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { startNull } from "../contenders/null.ts";
import { peerRow } from "../peer-row.ts";
import { atMost, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

export const pushLatency: Scenario = {
  name: "push-latency",
  summary: "one synchronous connection that only pushes; --durability everysec",
  async run(settings) {
    const starters = [
      () => startMillrace("everysec"),
      () => startNull(settings.jobBytes),
      ...others(settings),
    ];
    const comparison = await compare(starters, settings, (contender) =>
      runLoad(contender, settings, { load: "push", connections: 1 }),
    );
    const p50 = ({ latency }: Figures) => latency["PUSH"]?.p50Ms ?? Number.NaN;
    const row = atMost(1.3, {
      what: "one connection, PUSH: p50 against Faktory",
      value: comparison.ratio("millrace", "Faktory", p50),
      format: times,
    });
    const peer = peerRow(comparison, "one connection, PUSH: p50", p50);
    return { rows: [row, ...peer], rounds: comparison.rounds };
  },
};
