import { CALLBACK_KINDS, type CallbackKind } from "../protocol/batch.ts";
import type { Job } from "./job.ts";
import { findText } from "./read-members.ts";

/** Whose callback a job is. */
export interface BatchCallback {
  /** Of the batch that has called it. */
  readonly bid: string;
  readonly kind: CallbackKind;
  /** Of the batch that that one is in. */
  readonly parentBid: string | undefined;
}

/** FWP: in the job's custom, by `_bid`, `_cb` and `_pbid`. Nothing where it is no callback. */
export function findCallback({ custom }: Pick<Job, "custom">): BatchCallback | undefined {
  const bid = findText(custom["_bid"]);
  const kind = CALLBACK_KINDS.find((known) => known === custom["_cb"]);
  if (bid === undefined || kind === undefined) return undefined;
  return { bid, kind, parentBid: findText(custom["_pbid"]) };
}

/** FWP: the batch that a job is in; nothing where it is in none. */
export function findBatch({ custom }: Pick<Job, "custom">): string | undefined {
  return findText(custom["bid"]);
}
