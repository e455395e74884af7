import { findMember } from "./find-member.ts";
import { decodeString } from "./json.ts";

const QUOTE = 0x22;

/** FWP: whether a job's `custom` asks for what becomes of it to be kept, for TRACK GET: `"track":1`. */
export function isTracked(custom: Buffer): boolean {
  const found = findMember(custom, "track");
  if (found === undefined) return false;
  const track = custom.toString("utf8", found.start, found.end);
  return track === "1" || track === "true";
}

/** FWP: the batch that a job is to join, `"bid":"b-…"`. What is no string is the client's own business. */
export function findBid(custom: Buffer): string | undefined {
  const found = findMember(custom, "bid");
  if (found === undefined || custom[found.start] !== QUOTE) return undefined;
  return decodeString(custom.toString("utf8", found.start + 1, found.end - 1)) || undefined;
}
