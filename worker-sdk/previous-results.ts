import { BatchAdministration } from "./batch-administration.ts";
import { findBatch, findCallback } from "./batch-callback.ts";
import {
  type BatchResults,
  type ResultSchema,
  type ResultsOptions,
  readResults,
} from "./batch-results.ts";
import { findChainMeta, findStageMeta } from "./chain-meta.ts";
import { stagesOf } from "./chain-status.ts";
import type { Job } from "./job.ts";
import type { CallOptions, ClientLink } from "./link.ts";

/** Goes through results; with a schema they are what that gives. */
export interface PreviousResults {
  (options?: CallOptions): BatchResults;
  <Result>(options: CallOptions & ResultSchema<Result>): BatchResults<Result>;
}

/** The results that are there for a job, which are asked for when it does. */
export function previousResultsOf(link: ClientLink, job: Job): PreviousResults {
  function previousResults(options?: CallOptions): BatchResults;
  function previousResults<Result>(
    options: CallOptions & ResultSchema<Result>,
  ): BatchResults<Result>;
  async function* previousResults({ schema, ...options }: ResultsOptions = {}): BatchResults {
    const bids = await findSources(new BatchAdministration(link), job, options);
    yield* readResults(link, bids, { ...options, ...(schema && { schema }) });
  }
  return previousResults;
}

/**
 * For a job of a chain these are the batches of the stage before; for a callback its own batch, or the last
 * stage where that is a chain. For any other there are none.
 */
async function findSources(
  batches: BatchAdministration,
  job: Job,
  options: CallOptions,
): Promise<readonly string[]> {
  const callback = findCallback(job);
  if (callback !== undefined) return await findEnd(batches, callback.bid, options);
  const bid = findBatch(job);
  if (bid === undefined) return [];
  const { meta } = await batches.status(bid, options);
  return findStageMeta(meta)?.resultsOf ?? [];
}

async function findEnd(
  batches: BatchAdministration,
  bid: string,
  options: CallOptions,
): Promise<readonly string[]> {
  const { meta } = await batches.status(bid, options);
  if (findChainMeta(meta) === undefined) return [bid];
  const tree = await batches.tree(bid, options);
  return (
    stagesOf(tree.batches)
      .at(-1)
      ?.map((batch) => batch.bid) ?? []
  );
}
