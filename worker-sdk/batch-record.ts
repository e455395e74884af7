import { BATCH_STATES, type BatchState as KnownState } from "../protocol/batch.ts";
import { type Cancellation, readCancellation } from "./cancellation.ts";
import { findText, findTime, listOf, numberOf, objectOf, textOf } from "./read-members.ts";

/**
 * Where a batch is; `unknown` where the server says nothing of it, as a Faktory Enterprise, or has a word that
 * this version of the SDK does not know.
 */
export type BatchState = KnownState | "unknown";

/** How far a callback is. `notCalled`: it is not due, or there is none. */
export type CallbackProgress = "notCalled" | "called" | "done";

/** All that a server knows of a batch. What does not apply is undefined. */
export interface BatchRecord {
  readonly bid: string;
  /** The batch that it is in. */
  readonly parentBid: string | undefined;
  readonly description: string;
  readonly state: BatchState;
  /** Of its own jobs: those of batches in it, and its callbacks, are not counted. */
  readonly total: number;
  /** Of those that have had no outcome yet. */
  readonly pending: number;
  /** Of those whose last outcome was a failure, and of these, those of which nothing is left. */
  readonly failed: number;
  readonly gone: number;
  /** How many batches are directly in it. */
  readonly children: number;
  readonly complete: CallbackProgress;
  readonly success: CallbackProgress;
  readonly death: CallbackProgress;
  readonly createdAt: Date | undefined;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  readonly key: string | undefined;
  /** How many were not begun since this one had their key. */
  readonly skipped: number;
  readonly tags: readonly string[];
  /** As it was given, with bigints beyond 2^53. */
  readonly meta: unknown;
  readonly cancel: Cancellation | undefined;
}

/** A batch with those that are in it. */
export interface BatchTree extends BatchRecord {
  /** Of a thousand in all; where there are more, `children` is greater than their number. */
  readonly batches: readonly BatchTree[];
}

/** A part of a list, and where the next one begins; nothing behind the last. */
export interface BatchPage {
  batches: BatchRecord[];
  cursor: string | undefined;
}

/** Reads what JSON.parse made of the answer to BATCH STATUS. @throws TypeError for what is no batch */
export function readBatchRecord(value: unknown): BatchRecord {
  const told = objectOf(value);
  const { bid, state, key, tags, meta, cancel } = told;
  if (typeof bid !== "string") throw new TypeError("the server sent something that is no batch");
  return {
    bid,
    // FWP: some servers send an empty one where there is none.
    parentBid: findText(told["parent_bid"]) || undefined,
    description: textOf(told["description"], ""),
    state: BATCH_STATES.find((known) => known === state) ?? "unknown",
    total: numberOf(told["total"], 0),
    pending: numberOf(told["pending"], 0),
    failed: numberOf(told["failed"], 0),
    gone: numberOf(told["gone"], 0),
    children: numberOf(told["children"], 0),
    complete: readCallbackProgress(told["complete_st"]),
    success: readCallbackProgress(told["success_st"]),
    death: readCallbackProgress(told["death_st"]),
    createdAt: findTime(told["created_at"]),
    startedAt: findTime(told["started_at"]),
    endedAt: findTime(told["ended_at"]),
    key: findText(key),
    skipped: numberOf(told["skipped"], 0),
    tags: listOf(tags).map(String),
    meta,
    cancel: cancel === undefined ? undefined : readCancellation(cancel),
  };
}

/** The same of the answer to BATCH TREE. */
export function readBatchTree(value: unknown): BatchTree {
  const { batches } = objectOf(value);
  return { ...readBatchRecord(value), batches: listOf(batches).map(readBatchTree) };
}

/** The same of the answer to BATCH LIST. */
export function readBatchPage(value: unknown): BatchPage {
  const { batches, cursor } = objectOf(value);
  return { batches: listOf(batches).map(readBatchRecord), cursor: findText(cursor) };
}

/** FWP: "1" when it is in its queue, runs, or failed; "2" when it was acknowledged. */
function readCallbackProgress(state: unknown): CallbackProgress {
  if (state === "2") return "done";
  return state === "1" ? "called" : "notCalled";
}
