import { CommandError, echo } from "../../protocol/errors.ts";
import type { Store } from "../store/store.ts";
import { describeNow } from "./describe-now.ts";

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
