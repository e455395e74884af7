import { empty, withContenders } from "../comparison.ts";
import { others } from "../contenders/choice.ts";
import type { Contender } from "../contenders/contender.ts";
import { startMillrace } from "../contenders/millrace.ts";
import { fill } from "../fill.ts";
import { atMost, forInformation, NO_FAKTORY, number, times } from "../row.ts";
import type { Scenario } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { ratios, summarize } from "../statistics.ts";

/** Bytes of Redis' memory a job, by contender and round. */
type Bytes = Record<string, number[]>;

export const memory: Scenario = {
  name: "memory",
  summary:
    "Redis' used_memory before and after 100,000 jobs were queued, a job; --durability everysec",
  async run(settings) {
    const count = settings.isQuick ? 20_000 : 100_000;
    const bytes: Bytes = {};
    const starters = [() => startMillrace("everysec"), ...others(settings)];
    await withContenders(starters, async (contenders) => {
      for (let round = 1; round <= settings.rounds; round++) {
        for (const contender of contenders) await measure(contender, { settings, count, bytes });
      }
    });
    const [ours = [], theirs] = [bytes["millrace"], bytes["Faktory"]];
    const what = `Redis memory a queued job of ${settings.jobBytes} bytes`;
    const rows = [
      forInformation({ what: `${what}, in bytes`, value: summarize(ours), format: number }),
      atMost(2, {
        what: `${what}, against Faktory's`,
        value: theirs && summarize(ratios(ours, theirs)),
        why: NO_FAKTORY,
        format: times,
      }),
    ];
    return { rows, rounds: {}, details: { bytes, count } };
  },
};

async function measure(
  contender: Contender,
  { settings, count, bytes }: { settings: Settings; count: number; bytes: Bytes },
): Promise<void> {
  const { name, redis } = contender;
  if (redis === undefined) return; // not ours to look at
  await empty(contender);
  const before = await redis.usedMemoryBytes();
  await fill(contender, settings, { count });
  const perJob = ((await redis.usedMemoryBytes()) - before) / count;
  console.log(`  ${name.padEnd(18)} ${number(perJob)} bytes a job`);
  bytes[name] = [...(bytes[name] ?? []), perJob];
}
