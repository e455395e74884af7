import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";

/** What a client is told who would have a job run that was called off. */
export function cancelledJob(
  jid: string,
  state: "was cancelled" | "is being cancelled",
  cancel: Cancel,
): CommandError {
  return new CommandError(`job ${echo(jid)} ${state}${because(cancel)}`, { code: "CANCELLED" });
}

/** The same of a job's batch, or one around that. */
export function cancelledBatch(bid: string, cancel: Cancel): CommandError {
  return new CommandError(`batch ${echo(bid)} was cancelled${because(cancel)}`, {
    code: "CANCELLED",
  });
}

function because({ by, reason }: Cancel): string {
  const who = by === undefined ? "" : ` by ${echo(by)}`;
  return reason === undefined ? who : `${who}: ${echo(reason)}`;
}
