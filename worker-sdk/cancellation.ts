import type { CancelReason } from "../protocol/cancel.ts";
import type { CallOptions } from "./link.ts";
import { findText, findTime, objectOf, textOf } from "./read-members.ts";

/** Why something is cancelled, and who says so: for people, and for the handlers that are to end. */
export interface CancelOptions extends CallOptions {
  reason?: string | undefined;
  by?: string | undefined;
}

/** That something was cancelled. */
export interface Cancellation {
  readonly at: Date | undefined;
  /** Undefined where nobody has said why. */
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

/** What has come of it by now: what runs still has to end. */
export type CancelState = "cancelling" | "cancelled";

/** What the server is to be told. */
export function cancelReasonOf({ reason, by }: CancelOptions): CancelReason {
  return { ...(reason !== undefined && { reason }), ...(by !== undefined && { by }) };
}

export function readCancellation(cancel: unknown): Cancellation {
  const { at, reason, by } = objectOf(cancel);
  return { at: findTime(at), reason: findText(reason), by: findText(by) };
}

export function readCancelState(state: unknown): CancelState {
  const read = textOf(state, "");
  if (read === "cancelling" || read === "cancelled") return read;
  throw new TypeError(`the server says that what was cancelled is ${read}`);
}
