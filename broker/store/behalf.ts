import type { LeasedJob } from "../../protocol/leased-job.ts";
import { readCancel } from "./cancel.ts";
import { list, text } from "./redis-reply.ts";
import type { BehalfRefusal } from "./store.ts";

/** How the scripts are told on behalf of which job something is done; see shared/behalf.lua. */
export function encodeBehalf(job: LeasedJob | undefined): string {
  return job === undefined ? "" : `${job.token} ${job.jid}`;
}

/** Why that may not be; undefined where a script has said something else. */
export function readBehalfRefusal(reply: unknown): BehalfRefusal | undefined {
  const [kind, cancel] = list(reply);
  if (text(kind) === "parent stale") return { kind: "parent stale" };
  return text(kind) === "parent cancelling"
    ? { kind: "parent cancelling", cancel: readCancel(cancel) }
    : undefined;
}
