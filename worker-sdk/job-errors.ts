import type { CancelReason } from "../protocol/cancel.ts";
import { MAX_SNOOZE_SECONDS } from "../protocol/limits.ts";

/** Thrown by a handler: the job has failed, and to try it again is of no use. It dies. */
export class DoNotRetry extends Error {
  override readonly name = "DoNotRetry";
}

/** RFC 3339 has years of four digits. */
const END_OF_TIMES_MS = Date.UTC(10_000, 0, 1);

/** Thrown by a handler: the job has failed, and may be tried again at a time that is known. */
export class RetryAt extends Error {
  override readonly name = "RetryAt";
  /** Epoch milliseconds. */
  readonly at: number;

  /**
   * @param at a Date, or epoch milliseconds. A classic Faktory uses its own back-off instead.
   * @throws RangeError for what is no time of the years 1970 to 9999
   */
  constructor(at: Date | number, message = "to be tried again later", options?: ErrorOptions) {
    super(message, options);
    this.at = Number(at);
    if (!(this.at >= 0 && this.at < END_OF_TIMES_MS)) {
      throw new RangeError("RetryAt takes a time of the years 1970 to 9999");
    }
  }
}

/** Thrown by a handler: the job has not failed, and is to run again after so long. No attempt is counted. */
export class Snooze extends Error {
  override readonly name = "Snooze";
  readonly seconds: number;

  /**
   * @param seconds 0 or more, with any fraction. A classic Faktory knows no such thing: there the job has
   *   failed, and waits for the back-off.
   * @throws RangeError for what is no such number, or more than ten years
   */
  constructor(seconds: number, message = "to be run again later", options?: ErrorOptions) {
    super(message, options);
    this.seconds = seconds;
    if (!(seconds >= 0 && seconds <= MAX_SNOOZE_SECONDS)) {
      throw new RangeError(`Snooze takes seconds, from 0 to ${MAX_SNOOZE_SECONDS}`);
    }
  }
}

/** Thrown by a handler: there is nothing to do any longer. The job is done without a failure. */
export class Discard extends Error {
  override readonly name = "Discard";
}

/** No handler is registered for the type of a job; it fails, and is tried again. */
export class UnknownJobType extends Error {
  override readonly name = "UnknownJobType";
}

/** Why a job's signal fires: it has taken longer than its handler's timeoutMs. */
export class JobTimedOut extends Error {
  override readonly name = "JobTimedOut";
}

/** Why a job's signal fires: the worker stops, and the job is about to be handed back. */
export class WorkerStopping extends Error {
  override readonly name = "WorkerStopping";
}

/**
 * Why a job's signal fires: it was cancelled. It is not run again, however it ends, and a result that it
 * still has is not kept.
 */
export class JobCancelled extends Error {
  override readonly name = "JobCancelled";
  /** Undefined where nobody has said why. */
  readonly reason: string | undefined;
  /** Who has cancelled it; undefined where they have not said. */
  readonly by: string | undefined;

  constructor({ reason, by }: CancelReason = {}) {
    const who = by === undefined ? "" : ` by ${by}`;
    super(reason === undefined ? `cancelled${who}` : `cancelled${who}: ${reason}`);
    this.reason = reason;
    this.by = by;
  }
}

/** Why a job's signal fires: its reservation has ended, and the server gives it to somebody else. */
export class ReservationEnded extends Error {
  override readonly name = "ReservationEnded";
}
