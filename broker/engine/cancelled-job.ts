import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";

/** What a client is told who would have a job run that was called off. */
export function cancelledJob(
  jid: string,
  state: "was cancelled" | "is being cancelled",
  { by, reason }: Cancel,
): CommandError {
  const who = by === undefined ? "" : ` by ${echo(by)}`;
  const why = reason === undefined ? "" : `: ${echo(reason)}`;
  return new CommandError(`job ${echo(jid)} ${state}${who}${why}`, { code: "CANCELLED" });
}
