import { findText, findTime, numberOf, objectOf, textOf } from "./read-members.ts";

/** A run of a job that is over. */
export interface JobAttempt {
  /** The number that it had; one that did not fail has the number of the next one as well. */
  readonly attempt: number;
  /** Undefined where it is not known any more. */
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** The wid of the worker; undefined for one without. */
  readonly worker: string | undefined;
  /**
   * `failed` and `snoozed` as its worker said, `interrupted` when that stopped, `lost` when its lease ended,
   * `expired` when its reservation did, `done`; a newer server may have other words.
   */
  readonly outcome: string;
  /** Of one that failed, was lost or expired. */
  readonly errtype: string | undefined;
  /** Its beginning. */
  readonly message: string | undefined;
}

export function readAttempt(attempt: unknown): JobAttempt {
  const { started_at, ended_at, wid, outcome, errtype, message, ...rest } = objectOf(attempt);
  return {
    attempt: numberOf(rest["attempt"], 1),
    startedAt: findTime(started_at),
    endedAt: findTime(ended_at),
    worker: findText(wid),
    outcome: textOf(outcome, ""),
    errtype: findText(errtype),
    message: findText(message),
  };
}
