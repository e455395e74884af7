import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../test/kit/until.ts";
import type { Contender, Starter } from "./contenders/contender.ts";
import { printRound } from "./report/print-figures.ts";
import type { Figures } from "./run-load.ts";
import type { Settings } from "./settings.ts";
import { ratios, type Summary, summarize } from "./statistics.ts";

export type Pick = (figures: Figures) => number;

/** Several contenders under the same load, in alternating rounds. */
export class Comparison {
  readonly rounds: Record<string, Figures[]> = {};

  of(name: string, pick: Pick): Summary | undefined {
    const rounds = this.rounds[name];
    return rounds && summarize(rounds.map(pick));
  }

  /** Of each round's two figures. Undefined when one of both was not there. */
  ratio(name: string, other: string, pick: Pick): Summary | undefined {
    const [ours, theirs] = [this.rounds[name], this.rounds[other]];
    return ours && theirs && summarize(ratios(ours.map(pick), theirs.map(pick)));
  }

  add(name: string, figures: Figures): void {
    this.rounds[name] = [...(this.rounds[name] ?? []), figures];
    printRound(name, figures);
  }
}

/** Starts contenders, does something with them, and stops them whatever happens. */
export async function withContenders<T>(
  starters: readonly Starter[],
  run: (contenders: Contender[]) => Promise<T>,
): Promise<T> {
  const contenders: Contender[] = [];
  try {
    for (const start of starters) contenders.push(await start());
    for (const { name, durability } of contenders) console.log(`  ${name}: ${durability}`);
    return await run(contenders);
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

/** A B C A B C …, each round on an empty server. The first time round only warms up. */
export async function compare(
  starters: readonly Starter[],
  settings: Settings,
  round: (contender: Contender) => Promise<Figures>,
): Promise<Comparison> {
  const comparison = new Comparison();
  await withContenders(starters, async (contenders) => {
    for (let number = settings.isQuick ? 1 : 0; number <= settings.rounds; number++) {
      for (const contender of contenders) {
        await empty(contender);
        const figures = await round(contender);
        if (number > 0) comparison.add(contender.name, figures);
      }
    }
    for (const contender of contenders) await empty(contender);
  });
  return comparison;
}

/** Deletes everything, and waits until the server has nothing to do with it any longer. */
export async function empty(contender: Contender): Promise<void> {
  await contender.flush();
  await settle(contender);
}

/** A snapshot or a rewrite that an earlier round has caused is not to be a later one's burden. */
export async function settle({ redis }: Contender): Promise<void> {
  const SETTLE_MS = 200;
  await sleep(SETTLE_MS);
  if (redis === undefined) return;
  const isIdle = async () => !(await redis.isSaving());
  await until(isIdle, { what: "Redis has saved what it has to", withinMs: 60_000 });
}
