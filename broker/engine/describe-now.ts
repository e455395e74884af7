import type { JobLocation } from "../store/store.ts";

/** Where a job is, in the words of an error: `job <jid> …`. */
export function describeNow(location: Omit<JobLocation, "endedAt"> | undefined): string {
  if (location === undefined) return "is not here: it is done, or was deleted";
  const { state, reservation } = location;
  if (reservation === undefined) return `is in ${state}`;
  const { token = "none", wid } = reservation;
  return `is being worked on by ${wid || "a worker without wid"} under lease ${token}`;
}
