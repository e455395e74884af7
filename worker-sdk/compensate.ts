import type { BatchAdministration } from "./batch-administration.ts";
import type { BatchRecord, BatchTree } from "./batch-record.ts";
import { findChainMeta, findStageMeta } from "./chain-meta.ts";
import type { StageOptions } from "./chain-stage.ts";
import { stagesOf } from "./chain-status.ts";
import { COMPENSATE } from "./compensate-type.ts";
import { Overlap } from "./errors.ts";
import type { Registration } from "./handler.ts";
import type { JobContext } from "./job-context.ts";
import { Discard, DoNotRetry, Snooze } from "./job-errors.ts";
import type { AnyJobs } from "./job-map.ts";

/** So soon it is looked again whether the jobs that were called off, and those that undo others, have ended. */
const LOOK_AGAIN_SECONDS = 1;
const LOOK_AGAIN_AT_MOST_SECONDS = 60;

/** How a worker runs what chains with compensations call when they have failed. */
export function compensation(batches: BatchAdministration): Registration {
  return { handler: (_args, context) => compensate(batches, context), options: {} };
}

/**
 * Calls off what is left of a chain that has failed and, when nothing of it runs any longer, begins another: of
 * what undoes the stages that had succeeded, the last one first, and of its `onFailure`. It is not done before
 * that has ended, so that the chain has not either, and the next run of its key waits. All that it has to know
 * is kept with the batches, so it may be any worker; and it may be run again at any point.
 */
async function compensate(
  batches: BatchAdministration,
  { callback, client }: JobContext,
): Promise<void> {
  if (callback === undefined) throw new DoNotRetry("it is no callback of a chain");
  const { bid } = callback;
  if ((await batches.status(bid)).state === "success")
    throw new Discard("it has succeeded after all");
  const { state } = await batches.cancel(bid, { reason: "it has failed", by: COMPENSATE });
  // What still runs may be a stage that is about to succeed.
  if (state !== "cancelled") throw new Snooze(LOOK_AGAIN_SECONDS, "something of it still runs");
  const key = `compensation:${bid}`;
  const begun = (await findUnderWay(batches, key)) ?? (await begin(batches, client, bid, key));
  if (begun !== undefined && begun.endedAt === undefined) {
    throw new Snooze(untilNextLook(begun), "its compensations have not ended");
  }
}

/** Begins the compensations. Nothing where there are none. */
async function begin(
  batches: BatchAdministration,
  client: JobContext["client"],
  bid: string,
  key: string,
): Promise<BatchRecord | undefined> {
  const tree = await batches.tree(bid);
  const name = findChainMeta(tree.meta)?.chain ?? tree.description;
  const stages = compensationsOf(tree);
  if (stages.length === 0) return undefined;
  try {
    const chain = await client.chain(`compensation of ${name}`, stages, { key, tags: tree.tags });
    return await batches.status(chain.bid);
  } catch (error) {
    if (!(error instanceof Overlap)) throw error;
    throw new Snooze(LOOK_AGAIN_SECONDS, "one that was not stored to its end is being forgotten");
  }
}

/** What takes long is looked at more seldom. */
function untilNextLook({ createdAt }: BatchRecord): number {
  const seconds = (Date.now() - Number(createdAt ?? Date.now())) / 1_000;
  return Math.min(Math.max(seconds / 10, LOOK_AGAIN_SECONDS), LOOK_AGAIN_AT_MOST_SECONDS);
}

/**
 * The compensations, if an earlier run of the same job has begun them. What that has left half stored is called
 * off, since it holds the key.
 */
async function findUnderWay(
  batches: BatchAdministration,
  key: string,
): Promise<BatchRecord | undefined> {
  for await (const earlier of batches.list({ key })) {
    if (!isLeftOver(earlier)) return earlier;
    await batches.cancel(earlier.bid, { reason: "it was not stored to its end", by: COMPENSATE });
  }
  return undefined;
}

function isLeftOver({ state, startedAt, cancel }: BatchRecord): boolean {
  return startedAt === undefined && (state === "open" || cancel !== undefined);
}

/** The jobs that undo what had succeeded; each finds the results of what it undoes. */
function compensationsOf(tree: BatchTree): StageOptions<AnyJobs>[][] {
  const stages = stagesOf(tree.batches)
    .toReversed()
    .map((branches) => branches.filter(({ state }) => state === "success").flatMap(undoing));
  const onFailure = findChainMeta(tree.meta)?.onFailure;
  if (onFailure !== undefined) stages.push([{ jobs: onFailure }]);
  return stages.filter((branches) => branches.length > 0);
}

function undoing({ bid, meta, description }: BatchRecord): StageOptions<AnyJobs>[] {
  const jobs = findStageMeta(meta)?.compensate;
  if (jobs === undefined) return [];
  return [{ jobs, description: `compensation of ${description}`, resultsOf: [bid] }];
}
