import { findNumber, findText, findTime, numberOf, objectOf } from "./read-members.ts";

/** How far a job is, as it has told. */
export interface JobProgress {
  readonly percent: number | undefined;
  readonly description: string | undefined;
  /** What had come of it so far. */
  readonly result: unknown;
  /** Grows with each word; 0 before the first. */
  readonly sequence: number;
  /** Undefined when nothing is known of it. */
  readonly updatedAt: Date | undefined;
  /** Since when it has told nothing for longer than it should. */
  readonly stalledAt: Date | undefined;
}

export function readProgress(progress: unknown): JobProgress {
  const { percent, desc, result, seq, updated_at, stalled_at } = objectOf(progress);
  return {
    percent: findNumber(percent),
    description: findText(desc),
    result,
    sequence: numberOf(seq, 0),
    updatedAt: findTime(updated_at),
    stalledAt: findTime(stalled_at),
  };
}
