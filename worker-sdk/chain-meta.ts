import type { AnyJobs } from "./job-map.ts";
import { membersOf, outgoingJob } from "./outgoing-job.ts";
import type { BulkJob } from "./producer.ts";
import { findNumber, findText, findTime, listOf, objectOf } from "./read-members.ts";

/** What is kept with the batch that is a chain. */
export interface ChainMeta {
  chain: string;
  stages: number;
  /** To be pushed when it has failed, and been compensated. */
  onFailure: BulkJob<AnyJobs> | undefined;
}

/** What is kept with a batch that is a stage of a chain, or a branch of one. */
export interface StageMeta {
  chain: string;
  /** Counted from 0. */
  stage: number;
  /** The batches of the stage before. */
  after: readonly string[];
  /** Those whose results are for it, where these are others. */
  resultsOf: readonly string[];
  /** What undoes it. */
  compensate: BulkJob<AnyJobs> | undefined;
}

/** As JSON. Any program may read it, so its members are spelt as on the wire. */
export function writeChainMeta({ chain, stages, onFailure }: ChainMeta): unknown {
  return { chain, stages, ...(onFailure && { on_failure: writeJob(onFailure) }) };
}

export function writeStageMeta(meta: StageMeta): unknown {
  const { chain, stage, after, resultsOf, compensate } = meta;
  return {
    chain,
    stage,
    after,
    ...(resultsOf !== after && { results_of: resultsOf }),
    ...(compensate && { compensate: writeJob(compensate) }),
  };
}

/** Nothing where a batch is no chain. */
export function findChainMeta(meta: unknown): ChainMeta | undefined {
  const { chain, stages, on_failure } = objectOf(meta);
  if (typeof chain !== "string" || typeof stages !== "number") return undefined;
  return { chain, stages, onFailure: findJob(on_failure) };
}

/** Nothing where a batch is no stage. */
export function findStageMeta(meta: unknown): StageMeta | undefined {
  const { chain, stage, after, results_of, compensate } = objectOf(meta);
  if (typeof chain !== "string" || typeof stage !== "number") return undefined;
  const before = listOf(after).map(String);
  const resultsOf = results_of === undefined ? before : listOf(results_of).map(String);
  return { chain, stage, after: before, resultsOf, compensate: findJob(compensate) };
}

/** Without a jid: each time that it is pushed it is another job. */
function writeJob({ type, args, ...options }: BulkJob<AnyJobs>): unknown {
  return { ...membersOf(outgoingJob(type, args, options)), jid: undefined };
}

function findJob(told: unknown): BulkJob<AnyJobs> | undefined {
  const { jobtype, args, queue, priority, retry, reserve_for, at, custom } = objectOf(told);
  if (typeof jobtype !== "string" || !Array.isArray(args)) return undefined;
  return {
    type: jobtype,
    args,
    queue: findText(queue),
    priority: findNumber(priority),
    retry: findNumber(retry),
    reserveForSeconds: findNumber(reserve_for),
    at: findTime(at),
    custom: custom === undefined ? undefined : objectOf(custom),
  };
}
