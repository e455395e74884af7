import { type BatchState, CALLBACK_KINDS, type CallbackState } from "../../protocol/batch.ts";
import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import { unpack } from "./record.ts";
import { bytes, text, unexpected } from "./redis-reply.ts";

/** What readBatch has to know of a batch's hash. */
export const BATCH_FIELDS = [
  "parent",
  "description",
  "createdAt",
  "committedAt",
  "startedAt",
  "wonAt",
  "cancelledAt",
  "endedAt",
  "failedAt",
  "isActive",
  "waits",
  "total",
  "pending",
  "failed",
  "gone",
  "children",
  "key",
  "skipped",
  "tags",
  "meta",
  ...CALLBACK_KINDS.map((kind) => `${kind}_st` as const),
] as const;

/** What the store has found of a batch. */
export interface FoundBatch {
  /** Of its fields. */
  values: unknown[];
  isClosed: boolean;
  /** When, why and by whom it was called off, if it was. */
  cause: unknown[];
}

/** Undefined for one that is not there. */
export function readBatch(
  bid: string,
  { values, isClosed, cause }: FoundBatch,
): BatchStatus | undefined {
  const found = (field: (typeof BATCH_FIELDS)[number]) => {
    const value = values[BATCH_FIELDS.indexOf(field)];
    return value === null || value === undefined ? undefined : text(value);
  };
  const time = (field: (typeof BATCH_FIELDS)[number]) => {
    const written = found(field);
    return written === undefined ? undefined : Number(written);
  };
  const createdAt = time("createdAt");
  if (createdAt === undefined) return undefined;
  const count = (field: (typeof BATCH_FIELDS)[number]) => Number(found(field) ?? 0);
  const tags = values[BATCH_FIELDS.indexOf("tags")];
  const meta = found("meta");
  return {
    bid,
    parent: found("parent"),
    description: found("description") ?? "",
    createdAt,
    total: count("total"),
    pending: count("pending"),
    failed: count("failed"),
    callbacks: {
      complete: callbackState(found("complete_st")),
      success: callbackState(found("success_st")),
      death: callbackState(found("death_st")),
    },
    state: stateOf(found, isClosed),
    gone: count("gone"),
    children: count("children"),
    startedAt: time("startedAt"),
    endedAt: time("endedAt"),
    key: found("key"),
    skipped: count("skipped"),
    tags: tags === null || tags === undefined ? undefined : readTags(tags),
    meta: meta === undefined ? undefined : Buffer.from(meta),
    cancel: readCause(cause),
  };
}

function stateOf(
  found: (field: (typeof BATCH_FIELDS)[number]) => string | undefined,
  isClosed: boolean,
): BatchState {
  if (isClosed) return "cancelling";
  if (found("cancelledAt") !== undefined) return "cancelled";
  if (found("committedAt") === undefined) return "open";
  if (found("waits") !== "0") return "waiting";
  if (found("isActive") !== undefined) return "running";
  if (found("wonAt") !== undefined) return "success";
  // Between two of the batches in it nothing may be active for a moment.
  return found("failedAt") === undefined ? "running" : "blocked";
}

function readCause([at, reason, by]: unknown[]): BatchStatus["cancel"] {
  if (at === null || at === undefined) return undefined;
  const cancel: BatchStatus["cancel"] = { at: Number(text(at)) };
  if (reason !== null && text(reason) !== "") cancel.reason = text(reason);
  if (by !== null && text(by) !== "") cancel.by = text(by);
  return cancel;
}

function readTags(packed: unknown): string[] {
  const tags = unpack(bytes(packed));
  if (Array.isArray(tags) && tags.every((tag) => typeof tag === "string")) return tags;
  return unexpected(packed);
}

function callbackState(written: string | undefined): CallbackState {
  if (written === "" || written === "1" || written === "2") return written;
  return unexpected(written);
}
