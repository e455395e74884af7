import type { CallbackKind } from "../../protocol/batch.ts";
import type { Cancel } from "../../protocol/cancel.ts";
import type { BatchRequest } from "../../protocol/commands/batch-new.ts";
import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import type { Job } from "../../protocol/job.ts";
import type { BehalfRefusal } from "./store.ts";

/** Batches; each call is one transition. */
export interface BatchStore {
  begin(batch: NewBatch): Promise<BeginOutcome>;
  commit(bid: string): Promise<CommitOutcome>;
  /** Undefined for one that is not there; so it is with those that follow. */
  find(bid: string): Promise<BatchStatus | undefined>;
  /** The batches directly in one, in their order: so many at the most, behind the place that is named. */
  children(bid: string, after: number, limit: number): Promise<{ bid: string; place: number }[]>;
  /** The youngest first. See BatchList. */
  list(list: BatchList, before: ListPlace | undefined, limit: number): Promise<ListPlace[]>;
  /** What came of its jobs, in no order; the cursor is Redis' own, "0" at the beginning and at the end. */
  results(
    bid: string,
    cursor: string,
  ): Promise<{ results: [jid: string, json: Buffer][]; cursor: string }>;
  /** Calls it off: see CancelStore for how that goes on. */
  cancel(bid: string, cancel: Cancel): Promise<"called off" | "won" | undefined>;
  /** What of it died or was cancelled is to run again; that is a chore. */
  retry(bid: string): Promise<RetryBatchOutcome>;
  /** Does a step of each of some chores; resolves with whether there are more, and whether jobs are due. */
  doChores(): Promise<{ isMore: boolean; areJobsDue: boolean }>;
  /** Ends some of those that were not committed in time; resolves with their bids. */
  expire(): Promise<string[]>;
  /** Calls off some of those whose time is up; resolves with their bids, and when the next one is due. */
  expireDeadlines(): Promise<{ bids: string[]; nextAt: number | undefined }>;
  /** Forgets some of those that ended before; resolves with how many. */
  forget(endedBefore: number): Promise<number>;
}

export interface NewBatch extends Omit<BatchRequest, "callbacks"> {
  bid: string;
  /** With the job that is called should its jid be taken by then. */
  callbacks: Partial<Record<CallbackKind, { job: Job; spare: Job | undefined }>>;
  /** Then it is forgotten, unless it is committed. */
  expiresAt: number;
}

export type BeginOutcome =
  | { kind: "begun" }
  /**
   * One that it names is not there; it would wait for one around it, or for one that waits for one; that was
   * called off; one with its key runs, or with the key of what it would be in, which has ended.
   */
  | { kind: "no batch" | "around" | "circle" | "closed" | "runs" | "overtaken"; bid: string }
  /** Too many wait for its key. */
  | { kind: "line" }
  | BehalfRefusal;

/** "cancelled": it was called off before that. */
export type CommitOutcome = "committed" | "no batch" | "cancelled";

export type RetryBatchOutcome =
  | { kind: "retried" | "no batch" | "uncommitted" | "cancelling" }
  /** It waits for one that is forgotten; one around it was called off; another with its key runs. */
  | { kind: "forsaken" | "cancelled" | "runs"; bid: string };

/** All that are in no other batch, or all with a key or a tag. */
export type BatchList = { key: string } | { tag: string } | "roots";

export interface ListPlace {
  bid: string;
  createdAt: number;
}
