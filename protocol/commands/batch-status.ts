import type { BatchState, CallbackKind, CallbackState } from "../batch.ts";
import { type Cancel, encodeCancel } from "../cancel.ts";
import { formatTimestamp } from "../timestamp.ts";

/** How far a batch has come. Times are epoch milliseconds. */
export interface BatchStatus {
  bid: string;
  /** The batch that it is in. */
  parent: string | undefined;
  description: string;
  createdAt: number;
  total: number;
  /** Of those that have had no outcome yet. */
  pending: number;
  /** Of those whose last outcome was a failure. */
  failed: number;
  callbacks: Record<CallbackKind, CallbackState>;
  /** Millrace's own, all that follows. */
  state: BatchState;
  /** Of the failed, those of which nothing is left: they can't be retried. */
  gone: number;
  /** How many batches are directly in it. */
  children: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  key: string | undefined;
  /** How many were not begun, since it runs: see Overlap. */
  skipped: number;
  tags: string[] | undefined;
  /** JSON. */
  meta: Buffer | undefined;
  cancel: Cancel | undefined;
}

/** FWP: `parent_bid` is left out where there is none, and a state is empty where there is no such job. */
export function encodeBatchStatus(status: BatchStatus): string {
  const { bid, parent, description, createdAt, total, pending, failed, callbacks } = status;
  const { state, gone, children, startedAt, endedAt, key, skipped, tags, meta, cancel } = status;
  const told = JSON.stringify({
    bid,
    parent_bid: parent,
    description,
    created_at: formatTimestamp(createdAt),
    total,
    pending,
    failed,
    complete_st: callbacks.complete,
    success_st: callbacks.success,
    death_st: callbacks.death,
    state,
    gone,
    children,
    started_at: startedAt && formatTimestamp(startedAt),
    ended_at: endedAt && formatTimestamp(endedAt),
    key,
    skipped: key === undefined ? undefined : skipped,
    tags,
    cancel: cancel && encodeCancel(cancel),
  });
  return meta === undefined ? told : `${told.slice(0, -1)},"meta":${meta.toString()}}`;
}

/** A batch with those in it, as far as they are told of. */
interface Tree {
  status: BatchStatus;
  batches: readonly Tree[];
}

/** What BATCH TREE is answered. */
export function encodeBatchTree({ status, batches }: Tree): string {
  const own = encodeBatchStatus(status);
  if (batches.length === 0) return own;
  return `${own.slice(0, -1)},"batches":[${batches.map(encodeBatchTree).join(",")}]}`;
}

/** What BATCH LIST is answered. */
export function encodeBatchPage(page: {
  batches: readonly BatchStatus[];
  cursor: string | undefined;
}): string {
  return encodePage("batches", page.batches.map(encodeBatchStatus), page.cursor);
}

/** What BATCH RESULTS is answered. */
export function encodeBatchResults(page: {
  results: readonly [jid: string, json: Buffer][];
  cursor: string | undefined;
}): string {
  const told = page.results.map(
    ([jid, json]) => `{"jid":${JSON.stringify(jid)},"result":${json.toString()}}`,
  );
  return encodePage("results", told, page.cursor);
}

function encodePage(name: string, elements: readonly string[], cursor: string | undefined): string {
  const tail = cursor === undefined ? "" : `,"cursor":${JSON.stringify(cursor)}`;
  return `{"${name}":[${elements.join(",")}]${tail}}`;
}
