import { batchCancel } from "./batch-cancel.ts";
import { batchCommit } from "./batch-commit.ts";
import { batchList } from "./batch-list.ts";
import { batchNew } from "./batch-new.ts";
import { batchOpen } from "./batch-open.ts";
import { batchResults } from "./batch-results.ts";
import { batchRetry } from "./batch-retry.ts";
import { batchStatus } from "./batch-status.ts";
import { batchTree } from "./batch-tree.ts";
import { family } from "./family.ts";

export const batch = family("BATCH", "Counts the ends of jobs together, and calls jobs then.", [
  batchNew,
  batchOpen,
  batchCommit,
  batchStatus,
  batchCancel,
  batchRetry,
  batchTree,
  batchList,
  batchResults,
]);
