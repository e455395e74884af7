import { ask, order } from "./ask.ts";
import { BatchAdministration } from "./batch-administration.ts";
import { type BatchOptions, needsMillrace } from "./batch-options.ts";
import type { BatchRecord } from "./batch-record.ts";
import type { BatchResults, ResultSchema, ResultsOptions } from "./batch-results.ts";
import { beginBatch } from "./begin-batch.ts";
import type { CancelOptions } from "./cancellation.ts";
import { NotSupported } from "./errors.ts";
import { giveUpBatch } from "./give-up-batch.ts";
import type { JobMap, JobType } from "./job-map.ts";
import type { CallOptions } from "./link.ts";
import type { PushingParts } from "./prepare-job.ts";
import type { BulkJobs, Producer, PushOptions } from "./producer.ts";
import { Pushing } from "./pushing.ts";

/** Pushes what a batch is made of. What it throws ends the batch. */
export type FillBatch<Jobs> = (batch: Batch<Jobs>) => unknown;

/**
 * A batch: jobs whose ends are counted together, and the jobs that are called then. What is pushed with it
 * joins it.
 */
export interface Batch<Jobs> extends Producer<Jobs> {
  readonly bid: string;
  /** Begins a batch in this one, as a client's `batch`. It can only end when that has. */
  batch(options: BatchOptions<Jobs>, fill: FillBatch<Jobs>): Promise<Batch<Jobs>>;
  /**
   * Says that all its jobs are pushed. One that a function fills need not be told; one that was opened again
   * has to be on a Faktory Enterprise.
   */
  commit(options?: CallOptions): Promise<void>;
  /** As those of `client.batches`. */
  status(options?: CallOptions): Promise<BatchRecord>;
  cancel(options?: CancelOptions): Promise<BatchRecord>;
  retry(options?: CallOptions): Promise<void>;
  results(options?: CallOptions): BatchResults;
  results<Result>(options: CallOptions & ResultSchema<Result>): BatchResults<Result>;
}

/** A batch at a server. */
export class BatchHandle<Jobs extends JobMap<Jobs>> implements Batch<Jobs> {
  readonly bid: string;
  readonly #parts: PushingParts<Jobs>;
  readonly #pushing: Pushing<Jobs>;
  readonly #batches: BatchAdministration;

  constructor(parts: PushingParts<Jobs>, bid: string) {
    this.bid = bid;
    this.#parts = parts;
    this.#pushing = new Pushing(parts, bid);
    this.#batches = new BatchAdministration(parts.link);
  }

  push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    options?: PushOptions,
  ): Promise<string> {
    return this.#pushing.push(type, args, options);
  }

  pushBulk(jobs: BulkJobs<Jobs>, options?: CallOptions): Promise<string[]> {
    return this.#pushing.pushBulk(jobs, options);
  }

  batch(options: BatchOptions<Jobs>, fill: FillBatch<Jobs>): Promise<Batch<Jobs>> {
    return makeBatch(this.#parts, options, fill, this.bid);
  }

  async commit(options?: CallOptions): Promise<void> {
    // FWP: to commit it again is to have it looked at again.
    const line = `BATCH COMMIT ${this.bid}`;
    await order(this.#parts.link, line, { ...options, isRepeatable: true });
  }

  status(options?: CallOptions): Promise<BatchRecord> {
    return this.#batches.status(this.bid, options);
  }

  cancel(options?: CancelOptions): Promise<BatchRecord> {
    return this.#batches.cancel(this.bid, options);
  }

  retry(options?: CallOptions): Promise<void> {
    return this.#batches.retry(this.bid, options);
  }

  results(options?: CallOptions): BatchResults;
  results<Result>(options: CallOptions & ResultSchema<Result>): BatchResults<Result>;
  results(options?: ResultsOptions): BatchResults {
    return this.#batches.results(this.bid, options);
  }
}

/** Begins a batch, has it filled, and commits it; or calls it off, when that fails. */
export async function makeBatch<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  options: BatchOptions<Jobs>,
  fill: FillBatch<Jobs>,
  parentBid?: string,
): Promise<Batch<Jobs>> {
  const batch = new BatchHandle(parts, await beginBatch(parts, options, parentBid));
  try {
    if (needsMillrace(options)) await checkMillrace(batch, options);
    await fill(batch);
    // What nobody waits for any longer is not to hold its key until the server forgets it.
    options.signal?.throwIfAborted();
  } catch (error) {
    await giveUpBatch(new BatchAdministration(parts.link), batch.bid, error);
    throw error;
  }
  await batch.commit({ timeoutMs: options.timeoutMs, signal: options.signal });
  return batch;
}

/** A Faktory Enterprise passes over what it does not know, and would run what is to wait, or twice at a time. */
async function checkMillrace(
  batch: Pick<Batch<never>, "status">,
  { timeoutMs, signal }: CallOptions,
): Promise<void> {
  const { state } = await batch.status({ timeoutMs, signal });
  if (state !== "unknown") return;
  throw new NotSupported(
    "this server is no millrace: its batches have a description, complete and success, and nothing else",
  );
}

/** A batch that is there. FWP: BATCH OPEN. @throws ServerError when there is none */
export async function openBatch<Jobs extends JobMap<Jobs>>(
  parts: PushingParts<Jobs>,
  bid: string,
  options?: CallOptions,
): Promise<Batch<Jobs>> {
  return new BatchHandle(parts, await ask(parts.link, `BATCH OPEN ${bid}`, options));
}
