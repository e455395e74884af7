import type { Comparison, Pick } from "./comparison.ts";
import { forInformation, type Row, times } from "./row.ts";

/** How it compares with the server of `--peer`; no row without one. */
export function peerRow(comparison: Comparison, what: string, pick: Pick): Row[] {
  const value = comparison.ratio("millrace", "peer", pick);
  if (value === undefined) return [];
  return [forInformation({ what: `${what} against the peer`, value, format: times })];
}
