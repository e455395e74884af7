import { findMember } from "./find-member.ts";

/** FWP: whether a job's `custom` asks for what becomes of it to be kept, for TRACK GET: `"track":1`. */
export function isTracked(custom: Buffer): boolean {
  const found = findMember(custom, "track");
  if (found === undefined) return false;
  const track = custom.toString("utf8", found.start, found.end);
  return track === "1" || track === "true";
}
