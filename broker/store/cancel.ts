import type { Cancel } from "../../protocol/cancel.ts";
import { pack, unpack } from "./record.ts";
import { bytes, unexpected } from "./redis-reply.ts";

/** What `cancels` has of a job: MessagePack, in which what was not told is missing. */
export function encodeCancel({ at, reason, by }: Cancel): Buffer {
  return pack({ at, ...(reason !== undefined && { reason }), ...(by !== undefined && { by }) });
}

/** Reads what a script has found there. */
export function readCancel(reply: unknown): Cancel {
  const told = unpack(bytes(reply));
  if (typeof told !== "object" || told === null || !("at" in told)) return unexpected(told);
  if (typeof told.at !== "number") return unexpected(told);
  const cancel: Cancel = { at: told.at };
  if ("reason" in told && typeof told.reason === "string") cancel.reason = told.reason;
  if ("by" in told && typeof told.by === "string") cancel.by = told.by;
  return cancel;
}
