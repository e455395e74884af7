import { pack } from "./record.ts";
import type { NewJob } from "./store.ts";

/** What `ties` has of a job that is pushed now; an empty text for one that has none, as most. */
export function encodeTies({ queue, tags, isTracked }: NewJob, now: number): Buffer | "" {
  if (tags === undefined && !isTracked) return "";
  return pack({ ...(tags && { queue, tags }), ...(isTracked && { track: now }) });
}
