import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { Job } from "../../protocol/job.ts";
import type { PushRefusal } from "../store/store.ts";

/** What a client is told whose job may not be pushed. */
export function refusedPush({ jid }: Job, { kind, cancel }: PushRefusal): CommandError {
  const verb = kind === "cancelled" ? "was cancelled" : "is being cancelled";
  return new CommandError(`job ${echo(jid)} ${verb}${describeWhy(cancel)}`, {
    code: "CANCELLED",
    jid,
  });
}

function describeWhy({ by, reason }: Cancel): string {
  const who = by === undefined ? "" : ` by ${echo(by)}`;
  return reason === undefined ? who : `${who}: ${echo(reason)}`;
}
