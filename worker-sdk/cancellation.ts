import { findText, findTime, objectOf, textOf } from "./read-members.ts";

/** That something was cancelled. */
export interface Cancellation {
  readonly at: Date | undefined;
  /** Undefined where nobody has said why. */
  readonly reason: string | undefined;
  readonly by: string | undefined;
}

/** What has come of it by now: what runs still has to end. */
export type CancelState = "cancelling" | "cancelled";

export function readCancellation(cancel: unknown): Cancellation {
  const { at, reason, by } = objectOf(cancel);
  return { at: findTime(at), reason: findText(reason), by: findText(by) };
}

export function readCancelState(state: unknown): CancelState {
  const read = textOf(state, "");
  if (read === "cancelling" || read === "cancelled") return read;
  throw new TypeError(`the server says that what was cancelled is ${read}`);
}
