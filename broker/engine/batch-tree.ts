import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import type { BatchStore } from "../store/store.ts";

/** A batch, and those in it, as far as they are told of. */
export interface BatchTree {
  status: BatchStatus;
  batches: BatchTree[];
}

/** How many are told of at the most: some hundred kilobytes. */
const MAX_BATCHES = 1_000;

/** How many are looked up at once. */
const STEP = 100;

/** The tree of a batch, level by level; undefined when it is not there. */
export async function readBatchTree(
  store: BatchStore,
  bid: string,
): Promise<BatchTree | undefined> {
  const status = await store.find(bid);
  if (status === undefined) return undefined;
  const root: BatchTree = { status, batches: [] };
  let left = MAX_BATCHES - 1;
  let level = [root];
  while (level.length > 0 && left > 0) {
    const next: BatchTree[] = [];
    for (const parent of level) {
      parent.batches = await readChildren(store, parent.status, left);
      left -= parent.batches.length;
      next.push(...parent.batches);
      if (left <= 0) break;
    }
    level = next;
  }
  return root;
}

async function readChildren(
  store: BatchStore,
  { bid, children }: BatchStatus,
  limit: number,
): Promise<BatchTree[]> {
  const found: BatchTree[] = [];
  if (children === 0) return found;
  let after = 0;
  while (found.length < limit) {
    const count = Math.min(STEP, limit - found.length);
    const step = await store.children(bid, after, count);
    const statuses = await Promise.all(step.map((child) => store.find(child.bid)));
    for (const status of statuses) if (status !== undefined) found.push({ status, batches: [] });
    after = step.at(-1)?.place ?? after;
    if (step.length < count) break;
  }
  return found;
}
