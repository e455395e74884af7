import { CommandError } from "../../protocol/errors.ts";
import type { Job } from "../../protocol/job.ts";
import type { PushRefusal } from "../store/store.ts";
import { noSuchBatch } from "./batches.ts";
import { cancelledBatch, cancelledJob } from "./cancelled-job.ts";
import { describeGroup } from "./job-group.ts";

/** What a client is told whose job may not be pushed, unless that is for a stale lease. */
export function refusedPush(
  { jid, onBehalf }: Job,
  refusal: Exclude<PushRefusal, { kind: "parent stale" }>,
): CommandError {
  switch (refusal.kind) {
    case "cancelled":
      return cancelledJob(jid, "was cancelled", refusal.cancel);
    case "cancelling":
      return cancelledJob(jid, "is being cancelled", refusal.cancel);
    case "parent cancelling":
      return cancelledJob(onBehalf?.jid ?? "", "is being cancelled", refusal.cancel);
    case "no batch":
      return noSuchBatch(refusal.bid);
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
