import { noSuchBatch } from "../../protocol/bid.ts";
import { CommandError } from "../../protocol/errors.ts";
import type { Job } from "../../protocol/job.ts";
import type { PushRefusal, Store } from "../store/store.ts";
import { cancelledBatch, cancelledJob } from "./cancelled-job.ts";
import { describeGroup } from "./job-group.ts";
import { overlap } from "./refused-batch.ts";
import { refusedBehalf } from "./refused-behalf.ts";

/** What a client is told whose job may not be pushed. */
export async function refusedPush(
  store: Store,
  { jid, onBehalf }: Job,
  refusal: PushRefusal,
): Promise<CommandError> {
  switch (refusal.kind) {
    case "cancelled":
      return cancelledJob(jid, "was cancelled", refusal.cancel);
    case "cancelling":
      return cancelledJob(jid, "is being cancelled", refusal.cancel);
    case "parent stale":
    case "parent cancelling":
      return await refusedBehalf(store, onBehalf, refusal);
    case "no batch":
      return noSuchBatch(refusal.bid);
    case "overtaken":
      return overlap(refusal.bid, "the key of its batch");
    case "batch cancelled":
      return cancelledBatch(refusal.bid, refusal.cancel);
    case "closed": {
      const { group, running } = refusal;
      const left = running === 1 ? "1 job of it still runs" : `${running} jobs of it still run`;
      const message = `${describeGroup(group)} is being cancelled, ${left}`;
      return new CommandError(message, { code: "CANCELLING" });
    }
  }
}
