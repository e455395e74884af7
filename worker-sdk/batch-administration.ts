import { encodeBatchCancel } from "../protocol/commands/batch-cancel.ts";
import { encodeBatchList } from "../protocol/commands/batch-list.ts";
import { ask, order } from "./ask.ts";
import {
  type BatchRecord,
  type BatchTree,
  readBatchPage,
  readBatchRecord,
  readBatchTree,
} from "./batch-record.ts";
import {
  type BatchResults,
  type ResultSchema,
  type ResultsOptions,
  readResults,
} from "./batch-results.ts";
import { type CancelOptions, cancelReasonOf } from "./cancellation.ts";
import { decodeJson } from "./json-text.ts";
import type { CallOptions, ClientLink } from "./link.ts";

/** Which batches are to be listed: those that are in no other, or all that have a key or a tag. */
export type BatchFilter =
  | { key?: string | undefined; tag?: undefined }
  | { tag?: string | undefined; key?: undefined };

/**
 * What can be done to batches whose bids are known, and how these are found. All throw as a client's push: a
 * ServerError where there is no such batch, and NotSupported where a classic Faktory has nothing of the kind,
 * or only `status`.
 */
export class BatchAdministration {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  /** How far a batch is, for a week after the outermost that it is in has ended. */
  async status(bid: string, options?: CallOptions): Promise<BatchRecord> {
    return readBatchRecord(await this.#read(`BATCH STATUS ${bid}`, options));
  }

  /** How far a batch is, and all that are in it. */
  async tree(bid: string, options?: CallOptions): Promise<BatchTree> {
    return readBatchTree(await this.#read(`BATCH TREE ${bid}`, options));
  }

  /** Goes through batches, the youngest first, a page at a time. */
  async *list(
    { key, tag }: BatchFilter = {},
    options?: CallOptions,
  ): AsyncGenerator<BatchRecord, void, undefined> {
    const which = { ...(key !== undefined && { key }), ...(tag !== undefined && { tag }) };
    let cursor: string | undefined;
    do {
      const line = encodeBatchList({ ...which, ...(cursor !== undefined && { cursor }) });
      const page = readBatchPage(await this.#read(line, options));
      yield* page.batches;
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  /**
   * Calls off a batch and all that are in it: its jobs never start, or their workers are told, and nothing of
   * it is called. It is `cancelling` until the last job has ended, and then `cancelled`. Of several times the
   * first one counts.
   * @throws ServerError when it has succeeded
   */
  async cancel(bid: string, options: CancelOptions = {}): Promise<BatchRecord> {
    const line = encodeBatchCancel({ bid, ...cancelReasonOf(options) });
    return readBatchRecord(await this.#read(line, options));
  }

  /**
   * Has run again what has died or was cancelled of a batch, and of those in it; what is done is not. It is not
   * sent again when its reply was lost, since by then it may have failed anew.
   * @throws Cancelled while it is being cancelled, or when the batch that it is in was; Overlap
   */
  async retry(bid: string, options?: CallOptions): Promise<void> {
    await order(this.#link, `BATCH RETRY ${bid}`, options);
  }

  /** Goes through what the handlers of its jobs wanted to be kept, in no order, a page at a time. */
  results(bid: string, options?: CallOptions): BatchResults;
  results<Result>(bid: string, options: CallOptions & ResultSchema<Result>): BatchResults<Result>;
  results(bid: string, options?: ResultsOptions): BatchResults {
    return readResults(this.#link, [bid], options);
  }

  async #read(line: string, options?: CallOptions): Promise<unknown> {
    return decodeJson(await ask(this.#link, line, options), "exact");
  }
}
