import type { BatchRecord, BatchState, BatchTree } from "./batch-record.ts";
import { findChainMeta, findStageMeta } from "./chain-meta.ts";

/** How far a stage is. */
export interface StageStatus {
  /** Counted from 0. */
  readonly index: number;
  readonly state: BatchState;
  /** As of a batch, of all its branches together. */
  readonly total: number;
  readonly pending: number;
  readonly failed: number;
  readonly gone: number;
  /** The batches that it is: one, or one a branch. */
  readonly bids: readonly string[];
  readonly batches: readonly BatchRecord[];
}

/** How far a chain is. */
export interface ChainStatus {
  readonly bid: string;
  readonly name: string;
  /** `blocked` when a stage has failed: it goes on when that is retried. */
  readonly state: BatchState;
  readonly stages: readonly StageStatus[];
  /** The batch that all of it is in. */
  readonly batch: BatchRecord;
}

/** @throws RangeError for a batch that is no chain */
export function readChainStatus(tree: BatchTree): ChainStatus {
  const { batches, ...batch } = tree;
  const { bid, state } = batch;
  const stages = stagesOf(batches).map(summarize);
  return { bid, name: getChainName(batch), state, stages, batch };
}

/** @throws RangeError for a batch that is no chain */
export function getChainName({ bid, meta }: BatchRecord): string {
  const found = findChainMeta(meta);
  if (found !== undefined) return found.chain;
  throw new RangeError(`batch ${bid} is no chain`);
}

/** The batches of each stage. What else is in a chain, such as what its jobs have begun, is in none. */
export function stagesOf<One extends BatchRecord>(batches: readonly One[]): One[][] {
  const stages: One[][] = [];
  for (const batch of batches) {
    const meta = findStageMeta(batch.meta);
    if (meta === undefined) continue;
    const branches = (stages[meta.stage] ??= []);
    branches.push(batch);
  }
  // Of a chain that is not stored to its end, or by another program, some may be missing.
  return Array.from(stages, (branches) => branches ?? []);
}

/** Of several branches it is the first of these in which one is. */
const PRECEDENCE: readonly BatchState[] = [
  "unknown",
  "cancelling",
  "running",
  "blocked",
  "cancelled",
  "open",
  "waiting",
];

function summarize(batches: readonly BatchTree[], index: number): StageStatus {
  const sum = (of: (batch: BatchRecord) => number) =>
    batches.reduce((all, one) => all + of(one), 0);
  return {
    index,
    state: PRECEDENCE.find((state) => batches.some((one) => one.state === state)) ?? "success",
    total: sum(({ total }) => total),
    pending: sum(({ pending }) => pending),
    failed: sum(({ failed }) => failed),
    gone: sum(({ gone }) => gone),
    bids: batches.map(({ bid }) => bid),
    batches,
  };
}
