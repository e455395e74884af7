import {
  CALLBACK_KINDS,
  type CallbackKind,
  type Overlap as OverlapPolicy,
} from "../protocol/batch.ts";
import type { CallOptions } from "./link.ts";
import type { BulkJob } from "./producer.ts";

export type { OverlapPolicy };

/** A batch by its handle or its bid. */
export type BatchReference = string | { readonly bid: string };

/** The jobs that a batch calls, each once. */
export interface BatchCallbacks<Jobs> {
  /** When each of its jobs has come to an outcome, a failure or not, and so has every batch in it. */
  complete?: BulkJob<Jobs> | undefined;
  /** When all of them are done, and its `complete` as well. */
  success?: BulkJob<Jobs> | undefined;
  /** When it can't succeed by itself any more: something of it has died, or is gone. On a millrace only. */
  death?: BulkJob<Jobs> | undefined;
}

/** What only a millrace knows. Elsewhere a batch that has any of it is not begun, with NotSupported. */
export interface OwnBatchOptions {
  /** By which it is found; as many and as long as a job's. */
  tags?: readonly string[] | undefined;
  /** Any JSON, up to 64 KiB, that is kept with it. */
  meta?: unknown;
  /** Of the batches of a key one runs at a time. */
  key?: string | undefined;
  /**
   * What becomes of it while another with its key has not ended: it is refused with Overlap (`skip`, the
   * default), it waits (`queue`), or the other is cancelled, and it waits until nothing of that runs
   * (`cancel-and-wait`).
   */
  overlap?: OverlapPolicy | undefined;
  /** Those that have to succeed before any of its jobs is run. */
  after?: readonly BatchReference[] | undefined;
  /** Those that have to end, however that may be, before any of its jobs is run. */
  afterEnd?: readonly BatchReference[] | undefined;
  /** None of its jobs is run before all of them are pushed. */
  hold?: boolean | undefined;
  /** So long after it has started it has failed, and is cancelled, unless it has ended; up to a year. */
  timeoutSeconds?: number | undefined;
}

export interface BatchOptions<Jobs> extends BatchCallbacks<Jobs>, OwnBatchOptions, CallOptions {
  /** For people. */
  description?: string | undefined;
}

/** Which of its callbacks a batch has. */
export function callbacksOf<Jobs>(options: BatchCallbacks<Jobs>): [CallbackKind, BulkJob<Jobs>][] {
  return CALLBACK_KINDS.flatMap((kind): [CallbackKind, BulkJob<Jobs>][] => {
    const job = options[kind];
    return job === undefined ? [] : [[kind, job]];
  });
}

/** Whether only a millrace can do what is asked for; a Faktory Enterprise would pass over it in silence. */
export function needsMillrace<Jobs>(options: BatchOptions<Jobs>): boolean {
  const { tags, meta, key, overlap, after, afterEnd, hold, timeoutSeconds, death } = options;
  const own = [tags, meta, key, overlap, after, afterEnd, hold, timeoutSeconds, death];
  return own.some((one) => one !== undefined);
}

export function bidOf(reference: BatchReference): string {
  return typeof reference === "string" ? reference : reference.bid;
}
