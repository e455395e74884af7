import { type Batch, makeBatch } from "./batch.ts";
import { type BatchOptions, bidOf } from "./batch-options.ts";
import { ChainHandle } from "./chain.ts";
import { writeChainMeta, writeStageMeta } from "./chain-meta.ts";
import type { ChainOptions } from "./chain-options.ts";
import { type BranchPlan, type ChainStage, planStages } from "./chain-stage.ts";
import { COMPENSATE } from "./compensate-type.ts";
import type { AnyJobs } from "./job-map.ts";
import { checkJob, type PushingParts } from "./prepare-job.ts";

/** What all stages of a chain have in common. */
interface World {
  name: string;
  /** How long each command may take, and what gives it up. */
  calls: Pick<ChainOptions<AnyJobs>, "timeoutMs" | "signal">;
  stageCount: number;
}

/**
 * Stores a chain. It is a batch that holds what is in it, with a batch for each stage, or each branch of one,
 * that comes after those before it. The outermost is committed last: from then on it runs, and all of it is at
 * the server. Should this process end before, it is never committed, and the server calls all of it off.
 */
export async function startChain(
  parts: PushingParts<AnyJobs>,
  name: string,
  stages: readonly ChainStage<AnyJobs>[],
  options: ChainOptions<AnyJobs> = {},
): Promise<ChainHandle> {
  const { timeoutMs, signal } = options;
  const plan = planStages(stages);
  const world = { name, calls: { timeoutMs, signal }, stageCount: plan.length };
  await checkLateJobs(parts, plan, options);
  const { bid } = await makeBatch(parts, wholeOf(name, plan, options), async (whole) => {
    let after: readonly string[] = [];
    for (const [stage, branches] of plan.entries()) {
      const bids: string[] = [];
      for (const branch of branches)
        bids.push(await storeBranch(world, whole, branch, stage, after));
      after = bids;
    }
  });
  return new ChainHandle(parts.link, { bid, name });
}

function wholeOf(
  name: string,
  plan: readonly (readonly BranchPlan[])[],
  { onFailure, ...options }: ChainOptions<AnyJobs>,
): BatchOptions<AnyJobs> {
  const compensation = plan.flat().find(({ compensate }) => compensate !== undefined)?.compensate;
  const whole = { description: name, ...options, hold: true };
  const meta = { chain: name, stages: plan.length };
  if (compensation === undefined) {
    return { ...whole, death: onFailure, meta: writeChainMeta({ ...meta, onFailure: undefined }) };
  }
  // Whoever runs the compensations fetches from there.
  const death = { type: COMPENSATE, args: [], queue: compensation.queue };
  return { ...whole, death, meta: writeChainMeta({ ...meta, onFailure }) };
}

async function storeBranch(
  { name, calls, stageCount }: World,
  whole: Batch<AnyJobs>,
  branch: BranchPlan,
  stage: number,
  after: readonly string[],
): Promise<string> {
  const { jobs, compensate, timeoutSeconds } = branch;
  const { description = `${name}, stage ${stage + 1} of ${stageCount}` } = branch;
  const resultsOf = branch.resultsOf?.map(bidOf) ?? after;
  const meta = writeStageMeta({ chain: name, stage, after, resultsOf, compensate });
  const options = { ...calls, description, meta, timeoutSeconds, after };
  const { bid } = await whole.batch(options, (batch) => batch.pushBulk(jobs, calls));
  return bid;
}

/** What may have to be pushed one day is checked before anything is stored. */
async function checkLateJobs(
  parts: PushingParts<AnyJobs>,
  plan: readonly (readonly BranchPlan[])[],
  { onFailure }: ChainOptions<AnyJobs>,
): Promise<void> {
  for (const job of [...plan.flat().map(({ compensate }) => compensate), onFailure]) {
    if (job !== undefined) await checkJob(parts, job);
  }
}
