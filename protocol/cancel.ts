import { checkText } from "./id.ts";
import { MAX_CANCEL_TEXT_BYTES } from "./limits.ts";
import { formatTimestamp } from "./timestamp.ts";

/** Why something is called off, and who says so. */
export interface CancelReason {
  reason?: string;
  by?: string;
}

/** That something was called off. */
export interface Cancel extends CancelReason {
  /** Epoch milliseconds. */
  at: number;
}

/** An empty text counts as none. @throws CommandError for one that is too long to be kept */
export function readCancelReason(members: { reason?: string; by?: string }): CancelReason {
  const told: CancelReason = {};
  for (const name of ["reason", "by"] as const) {
    const text = members[name];
    if (text === undefined || text === "") continue;
    checkText(name, text, MAX_CANCEL_TEXT_BYTES);
    told[name] = text;
  }
  return told;
}

/** As it stands in replies. */
export function encodeCancel({ at, reason, by }: Cancel): object {
  return { at: formatTimestamp(at), reason, by };
}
