import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { Job } from "../../protocol/job.ts";
import type { PushRefusal } from "../store/store.ts";
import { describeGroup } from "./job-group.ts";

/** What a client is told whose job may not be pushed, unless that is for a stale lease. */
export function refusedPush(
  { jid, onBehalf }: Job,
  refusal: Exclude<PushRefusal, { kind: "parent stale" }>,
): CommandError {
  switch (refusal.kind) {
    case "cancelled":
      return new CommandError(`job ${echo(jid)} was cancelled${describe(refusal.cancel)}`, {
        code: "CANCELLED",
      });
    case "cancelling":
      return beingCancelled(jid, refusal.cancel);
    case "parent cancelling":
      return beingCancelled(onBehalf?.jid ?? "", refusal.cancel);
    case "closed": {
      const { group, running } = refusal;
      const left = running === 1 ? "1 job of it still runs" : `${running} jobs of it still run`;
      const message = `${describeGroup(group)} is being cancelled, ${left}`;
      return new CommandError(message, { code: "CANCELLING" });
    }
  }
}

function beingCancelled(jid: string, cancel: Cancel): CommandError {
  const message = `job ${echo(jid)} is being cancelled${describe(cancel)}`;
  return new CommandError(message, { code: "CANCELLED" });
}

function describe({ by, reason }: Cancel): string {
  const who = by === undefined ? "" : ` by ${echo(by)}`;
  return reason === undefined ? who : `${who}: ${echo(reason)}`;
}
