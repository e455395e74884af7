import type { CommandError } from "../../protocol/errors.ts";
import type { LeasedJob } from "../../protocol/leased-job.ts";
import type { BehalfRefusal, Store } from "../store/store.ts";
import { cancelledJob } from "./cancelled-job.ts";
import { staleLease } from "./stale-lease.ts";

/** What a job is told on whose behalf nothing may be done any longer. */
export async function refusedBehalf(
  store: Store,
  onBehalf: LeasedJob | undefined,
  refusal: BehalfRefusal,
): Promise<CommandError> {
  const { jid = "", token } = onBehalf ?? {};
  if (refusal.kind === "parent stale") return await staleLease(store, jid, token);
  return cancelledJob(jid, "is being cancelled", refusal.cancel);
}
