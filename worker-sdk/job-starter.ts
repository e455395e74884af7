import type { Batch, FillBatch } from "./batch.ts";
import type { BatchOptions } from "./batch-options.ts";
import type { ChainHandle } from "./chain.ts";
import type { ChainOptions } from "./chain-options.ts";
import type { ChainStage } from "./chain-stage.ts";
import type { CallOptions } from "./link.ts";
import type { Producer } from "./producer.ts";

/** What pushes jobs, and begins batches and chains of them: a Client, or the one of a handler's context. */
export interface JobStarter<Jobs> extends Producer<Jobs> {
  /**
   * Begins a batch, calls the function to push its jobs with what that is given, and commits it. When the
   * function throws, the batch is cancelled, and the error comes out here.
   * @throws as push; Overlap when another batch has its key; NotSupported where the server has no batches, or
   *   not what is asked for
   */
  batch(options: BatchOptions<Jobs>, fill: FillBatch<Jobs>): Promise<Batch<Jobs>>;
  /** A batch that is there, to push more into it. FWP: BATCH OPEN. @throws ServerError when it is not */
  openBatch(bid: string, options?: CallOptions): Promise<Batch<Jobs>>;
  /**
   * Stores a chain: stages of one job or many, each of which begins when the one before has succeeded. It
   * begins when all of it is stored, and then needs nobody but workers to go on; when the process dies before,
   * nothing of it is run.
   * @throws as batch
   */
  chain(
    name: string,
    stages: readonly ChainStage<Jobs>[],
    options?: ChainOptions<Jobs>,
  ): Promise<ChainHandle>;
  /** A chain that is there. @throws ServerError when it is not, RangeError for a batch that is no chain */
  openChain(bid: string, options?: CallOptions): Promise<ChainHandle>;
}
