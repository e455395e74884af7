import { CommandError } from "./errors.ts";
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

/** On behalf of which job a PUSH or a BATCH NEW is: that is known by its lease. @throws CommandError */
export function readOnBehalf(json: Buffer): LeasedJob {
  const told: unknown = JSON.parse(json.toString());
  if (isLeasedJob(told)) return { jid: told.jid, token: told.lease };
  throw new CommandError('on_behalf must be {"jid":"…","lease":…}');
}
