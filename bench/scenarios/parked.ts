import { compare } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { below, number, percent } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";

const WORKERS = 1_000;

export const parked: Scenario = {
  name: "parked",
  summary: `${WORKERS} connections whose FETCH finds nothing, and is sent again when it is answered; --durability everysec`,
  async run(settings) {
    const starters = [() => startMillrace("everysec"), ...others(settings)];
    // The window is a whole number of FETCHes of two seconds: they come in waves.
    const warmUpMs = 3_000;
    const measureMs = settings.isQuick ? 4_000 : 10_000;
    const comparison = await compare(starters, settings, (contender) =>
      runLoad(contender, settings, { load: "parked", connections: WORKERS, warmUpMs, measureMs }),
    );
    const cpu = ({ cpuPercent: { broker = 0, redis = 0 } }: Figures) => (broker + redis) / 100;
    const commands = (figures: Figures) => figures.redisCommandsPerSecond ?? Number.NaN;
    const what = `${WORKERS.toLocaleString("en")} parked FETCHes, nothing to do`;
    const rows = [
      below(0.01, {
        what: `${what}: of a core, broker + Redis`,
        value: comparison.of("millrace", cpu),
        format: percent,
      }),
      below(20, {
        what: `${what}: Redis commands/s`,
        value: comparison.of("millrace", commands),
        format: number,
      }),
    ];
    return { rows, rounds: comparison.rounds };
  },
};
