import { pack } from "./record.ts";
import type { NewJob } from "./store.ts";

/** What `ties` has of a job; an empty text for one that has none, as most. */
export function encodeTies({ queue, tags }: NewJob): Buffer | "" {
  return tags === undefined ? "" : pack({ queue, tags });
}
