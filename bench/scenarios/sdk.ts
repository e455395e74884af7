import { Comparison, compare, empty, withContenders } from "../comparison.ts";
import { startBullMq } from "../contenders/bullmq.ts";
import type { Contender } from "../contenders/contender.ts";
import { startWithSdk } from "../contenders/sdk.ts";
import { fill } from "../fill.ts";
import { atLeast, atMost, below, milliseconds, type Row, times } from "../row.ts";
import { type Figures, runLoad } from "../run-load.ts";
import type { Scenario } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { summarize } from "../statistics.ts";

/** Calls in flight, and jobs at once. */
const AT_ONCE = 50;

/** Enough to last through warm-up and round; a round ends early when they do not. */
const QUEUED_A_SECOND = 20_000;

const MEMORY_CONCURRENCY = 100;

export const sdk: Scenario = {
  name: "sdk",
  summary: `the SDK's Client with ${AT_ONCE} calls in flight, and its Worker with a concurrency of ${AT_ONCE}, beside BullMQ's; a Worker of concurrency 1 that waits; a Worker of concurrency ${MEMORY_CONCURRENCY} over a million jobs; --durability everysec`,
  async run(settings) {
    const produced = await against(settings, (contender) =>
      runLoad(contender, settings, { load: "push", connections: AT_ONCE }),
    );
    const processed = await against(settings, async (contender) => {
      const count = ((settings.warmUpMs + settings.measureMs) / 1000) * QUEUED_A_SECOND;
      await fill(contender, settings, { count });
      return runLoad(contender, settings, { load: "process", connections: AT_ONCE, count });
    });
    const idle = await compare([startWithSdk], settings, (contender) =>
      runLoad(contender, settings, { load: "idle", connections: 1 }),
    );
    const memory = await overManyJobs(settings);
    return {
      rows: [
        ratioRow("SDK, produce: jobs/s against BullMQ", 1, produced),
        ratioRow("SDK, process: jobs/s against BullMQ", 1.3, processed),
        below(2, {
          what: "SDK, concurrency 1: from push to handler, p50",
          value: idle.of(
            "SDK",
            ({ latency }) => latency["from push to handler"]?.p50Ms ?? Number.NaN,
          ),
          format: milliseconds,
        }),
        memory.row,
      ],
      rounds: {
        ...prefixed("produce", produced),
        ...prefixed("process", processed),
        ...prefixed("idle", idle),
        ...prefixed("memory", memory.comparison),
      },
    };
  },
};

function against(
  settings: Settings,
  round: (contender: Contender) => Promise<Figures>,
): Promise<Comparison> {
  return compare([startWithSdk, startBullMq], settings, round);
}

function ratioRow(what: string, target: number, comparison: Comparison): Row {
  const value = comparison.ratio("SDK", "BullMQ", ({ jobsPerSecond }) => jobsPerSecond);
  return atLeast(target, { what, value, format: times });
}

/** One run, in which the worker's memory is looked at again and again. */
async function overManyJobs(settings: Settings): Promise<{ row: Row; comparison: Comparison }> {
  const count = settings.isQuick ? 50_000 : 1_000_000;
  const comparison = new Comparison();
  await withContenders([startWithSdk], async ([contender]) => {
    if (contender === undefined) return;
    await empty(contender);
    await fill(contender, settings, { count });
    const load = { load: "work off", connections: MEMORY_CONCURRENCY, count } as const;
    comparison.add("SDK", await runLoad(contender, settings, load));
  });
  const growth = comparison.of("SDK", ({ generatorRssMiB }) => growthOf(generatorRssMiB));
  const row = atMost(1.1, {
    what: `SDK, concurrency ${MEMORY_CONCURRENCY}, ${count.toLocaleString("en")} jobs: RSS in the last fifth against the second`,
    value: growth,
    format: times,
  });
  return { row, comparison };
}

/** The first fifth is for the compiler and the garbage collector to find their size. */
function growthOf(samples: readonly number[]): number {
  const fifth = samples.length / 5;
  const median = (from: number, to: number) => summarize(samples.slice(from, to)).median;
  return median(samples.length - fifth, samples.length) / median(fifth, 2 * fifth);
}

function prefixed(name: string, { rounds }: Comparison): Record<string, Figures[]> {
  return Object.fromEntries(
    Object.entries(rounds).map(([contender, figures]) => [`${name}, ${contender}`, figures]),
  );
}
