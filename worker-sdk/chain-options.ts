import type { BatchCallbacks, OwnBatchOptions } from "./batch-options.ts";
import type { CallOptions } from "./link.ts";
import type { BulkJob } from "./producer.ts";

/** What may be said of a chain; as of a batch, where nothing else is said. */
export interface ChainOptions<Jobs>
  extends Pick<BatchCallbacks<Jobs>, "complete" | "success">,
    Pick<OwnBatchOptions, "tags" | "key" | "overlap" | "after" | "afterEnd" | "timeoutSeconds">,
    CallOptions {
  /** For people; its name by default. */
  description?: string | undefined;
  /**
   * Is pushed when the chain has failed: a job of it has died or is gone, or its time, or a stage's, is up. In
   * a chain with compensations these are run before.
   */
  onFailure?: BulkJob<Jobs> | undefined;
}
