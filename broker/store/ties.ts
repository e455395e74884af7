import { pack } from "./record.ts";
import type { NewJob } from "./store.ts";

/** What `ties` has of a job that is pushed now; an empty text for one that has none, as most. */
export function encodeTies({ queue, tags, batch, isTracked }: NewJob, now: number): Buffer | "" {
  if (tags === undefined && batch === undefined && !isTracked) return "";
  return pack({
    ...((tags ?? batch) && { queue }),
    ...(tags && { tags }),
    ...(batch && { batch }),
    ...(isTracked && { track: now }),
  });
}
