import { isToken } from "./token.ts";

/** A job as its worker names it: by the lease that it has. */
export interface LeasedJob {
  jid: string;
  token: number;
}

/** The same on the wire. */
export function isLeasedJob(told: unknown): told is { jid: string; lease: number } {
  if (typeof told !== "object" || told === null || !("jid" in told && "lease" in told))
    return false;
  return typeof told.jid === "string" && isToken(told.lease);
}
