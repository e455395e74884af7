/** The jobs that a batch calls: when all its jobs have been tried, when all are done, when it has failed. */
export const CALLBACK_KINDS = ["complete", "success", "death"] as const;

export type CallbackKind = (typeof CALLBACK_KINDS)[number];

/** FWP: not due, or there is none; in its queue, or being worked on; acknowledged. */
export type CallbackState = "" | "1" | "2";

/** Millrace's own: what becomes of a batch when another with its key runs. */
export const OVERLAPS = ["skip", "queue", "cancel-and-wait"] as const;

export type Overlap = (typeof OVERLAPS)[number];

/**
 * Millrace's own, where a batch is:
 * - open: it is not committed
 * - waiting: it holds its jobs, until others have come so far
 * - running: it has started, and is none of what follows
 * - blocked: it has failed, and nothing of it, or of the batches in it, waits or runs; it goes on when that is retried
 * - success: all of it is done, and its callback
 * - cancelling, cancelled: it was called off, and something of it runs still; or nothing does
 */
export const BATCH_STATES = [
  "open",
  "waiting",
  "running",
  "blocked",
  "success",
  "cancelling",
  "cancelled",
] as const;

export type BatchState = (typeof BATCH_STATES)[number];
