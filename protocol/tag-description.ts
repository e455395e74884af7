import { type Cancel, encodeCancel } from "./cancel.ts";
import { formatTimestamp } from "./timestamp.ts";

/** That all jobs with a tag were called off. */
export interface TagCancellation extends Cancel {
  /** How many were called off before they ran, and how many run still. */
  waiting: number;
  running: number;
  /** Epoch milliseconds, when the last of them had ended; absent while it goes on. */
  endedAt?: number;
}

type State = "cancelling" | "cancelled";

function stateOf({ endedAt }: TagCancellation): State {
  return endedAt === undefined ? "cancelling" : "cancelled";
}

/** What JOB CANCEL of a tag is answered. */
export function encodeCalledOffTag(tag: string, cancellation: TagCancellation): string {
  const { waiting, running } = cancellation;
  const cancel = encodeCancel(cancellation);
  return JSON.stringify({ tag, state: stateOf(cancellation), waiting, running, cancel });
}

/** What JOB TAG is answered. @param live how many jobs with the tag wait or run */
export function encodeTagDescription(
  tag: string,
  live: number,
  cancellation: TagCancellation | undefined,
): string {
  return JSON.stringify({ tag, jobs: live, cancel: cancellation && describe(cancellation) });
}

function describe(cancellation: TagCancellation): object {
  const { waiting, running, endedAt } = cancellation;
  return {
    state: stateOf(cancellation),
    ...encodeCancel(cancellation),
    ended_at: endedAt === undefined ? undefined : formatTimestamp(endedAt),
    waiting,
    running,
  };
}
