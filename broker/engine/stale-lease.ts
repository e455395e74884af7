import { CommandError, echo } from "../../protocol/errors.ts";
import type { JobLocation, Store } from "../store/store.ts";

/** What the worker of a job that is no longer its own is told, and where the job is now. */
export async function staleLease(
  store: Store,
  jid: string,
  token: number | undefined,
): Promise<CommandError> {
  const location = await store.locate(jid);
  return new CommandError(
    `job ${echo(jid)} ${describeNow(location)}, and lease ${token} does not hold it`,
    { code: "STALE" },
  );
}

/** Where a job is, in the words of the error. */
function describeNow(location: JobLocation | undefined): string {
  if (location === undefined) return "is not here: it is done, or was deleted";
  const { state, reservation } = location;
  if (reservation === undefined) return `is in ${state}`;
  const { token = "none", wid } = reservation;
  return `is being worked on by ${wid || "a worker without wid"} under lease ${token}`;
}
