import { formatTimestamp } from "../../protocol/timestamp.ts";

/** YYYY-MM-DD, in UTC. */
export function dayOf(epochMs: number): string {
  return formatTimestamp(epochMs).slice(0, "YYYY-MM-DD".length);
}
