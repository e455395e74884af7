import type { CancelReason } from "./cancel.ts";

/** A job that is called off, as its worker is told of it. */
export interface CalledOffJob extends CancelReason {
  jid: string;
  /** Of its lease; absent where it has none. */
  token?: number;
}

/** As it stands in the answer to a BEAT. */
export function encodeCalledOffJob({ jid, token, reason, by }: CalledOffJob): object {
  return { jid, lease: token, reason, by };
}

/** Undefined for what is no such job. */
export function findCalledOffJob(told: unknown): CalledOffJob | undefined {
  if (typeof told !== "object" || told === null || !("jid" in told)) return undefined;
  if (typeof told.jid !== "string") return undefined;
  const job: CalledOffJob = { jid: told.jid };
  if ("lease" in told && typeof told.lease === "number") job.token = told.lease;
  if ("reason" in told && typeof told.reason === "string") job.reason = told.reason;
  if ("by" in told && typeof told.by === "string") job.by = told.by;
  return job;
}
