import { type Batch, type FillBatch, makeBatch, openBatch } from "./batch.ts";
import type { BatchOptions } from "./batch-options.ts";
import { type ChainHandle, openChain } from "./chain.ts";
import type { ChainOptions } from "./chain-options.ts";
import type { ChainStage } from "./chain-stage.ts";
import type { JobMap } from "./job-map.ts";
import type { JobStarter } from "./job-starter.ts";
import type { CallOptions } from "./link.ts";
import type { PushingParts } from "./prepare-job.ts";
import { Pushing } from "./pushing.ts";
import { startChain } from "./start-chain.ts";
import { untyped } from "./untyped.ts";

/** Pushes jobs, and begins batches and chains, over a link. */
export class Starting<Jobs extends JobMap<Jobs>> extends Pushing<Jobs> implements JobStarter<Jobs> {
  readonly #parts: PushingParts<Jobs>;

  constructor(parts: PushingParts<Jobs>) {
    super(parts);
    this.#parts = parts;
  }

  batch(options: BatchOptions<Jobs>, fill: FillBatch<Jobs>): Promise<Batch<Jobs>> {
    return makeBatch(this.#parts, options, fill);
  }

  openBatch(bid: string, options?: CallOptions): Promise<Batch<Jobs>> {
    return openBatch(this.#parts, bid, options);
  }

  chain(
    name: string,
    stages: readonly ChainStage<Jobs>[],
    options?: ChainOptions<Jobs>,
  ): Promise<ChainHandle> {
    // That stages are of the map is seen to here; a chain has a job besides that is in nobody's map.
    return startChain(untyped(this.#parts), name, untyped(stages), untyped(options));
  }

  openChain(bid: string, options?: CallOptions): Promise<ChainHandle> {
    return openChain(this.#parts.link, bid, options);
  }
}
