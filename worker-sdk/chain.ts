import { BatchAdministration } from "./batch-administration.ts";
import {
  type BatchResults,
  type ResultSchema,
  type ResultsOptions,
  readResults,
} from "./batch-results.ts";
import type { CancelOptions } from "./cancellation.ts";
import { type ChainStatus, getChainName, readChainStatus } from "./chain-status.ts";
import { COMPENSATE } from "./compensate-type.ts";
import { Compensated } from "./errors.ts";
import type { CallOptions, ClientLink } from "./link.ts";

/** A chain at a server. */
export class ChainHandle {
  /** Of the batch that all of it is in: its name, for who wants to open it again. */
  readonly bid: string;
  readonly name: string;
  readonly #link: ClientLink;
  readonly #batches: BatchAdministration;

  constructor(link: ClientLink, { bid, name }: { bid: string; name: string }) {
    this.bid = bid;
    this.name = name;
    this.#link = link;
    this.#batches = new BatchAdministration(link);
  }

  /** How far it is, and each of its stages; for a week after it has ended. */
  async status(options?: CallOptions): Promise<ChainStatus> {
    return readChainStatus(await this.#batches.tree(this.bid, options));
  }

  /**
   * Calls off all of it. Nothing is compensated: it has not failed, somebody does not want it.
   * @throws ServerError when it has succeeded
   */
  async cancel(options?: CancelOptions): Promise<void> {
    await this.#batches.cancel(this.bid, options);
  }

  /**
   * Has run again what has died or was cancelled, and goes on from there; what is done is not run again.
   * @throws Compensated where what is done is undone, or was; and as that of `client.batches`
   */
  async retry(options?: CallOptions): Promise<void> {
    const { cancel } = await this.#batches.status(this.bid, options);
    if (cancel?.by === COMPENSATE) {
      throw new Compensated(`chain ${this.name} has failed, and was undone: start another`);
    }
    await this.#batches.retry(this.bid, options);
  }

  /** What came of the jobs of a stage, counted from 0. @throws RangeError where there is no such stage */
  results(stage: number, options?: CallOptions): BatchResults;
  results<Result>(stage: number, options: CallOptions & ResultSchema<Result>): BatchResults<Result>;
  async *results(stage: number, options: ResultsOptions = {}): BatchResults {
    const { timeoutMs, signal } = options;
    const { stages } = await this.status({ timeoutMs, signal });
    const found = stages[stage];
    if (found === undefined) {
      throw new RangeError(`chain ${this.name} has ${stages.length} stages, and none is ${stage}`);
    }
    yield* readResults(this.#link, found.bids, options);
  }
}

/** @throws ServerError when there is no such batch, RangeError when it is no chain */
export async function openChain(
  link: ClientLink,
  bid: string,
  options?: CallOptions,
): Promise<ChainHandle> {
  const record = await new BatchAdministration(link).status(bid, options);
  return new ChainHandle(link, { bid, name: getChainName(record) });
}
