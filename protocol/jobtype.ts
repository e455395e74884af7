import { findMember } from "./find-member.ts";
import { decodeString } from "./json.ts";

/** As a rule it stands before the arguments, which may be a megabyte. */
const LOOKED_AT_BYTES = 16 * 1024;

/** The type of a job that was stored, unless it stands behind more than 16 KiB of other members. */
export function findJobtype(job: Buffer): string | undefined {
  const found = findMember(job, "jobtype", Math.min(job.length, LOOKED_AT_BYTES));
  return found && decodeString(job.toString("utf8", found.start + 1, found.end - 1));
}
