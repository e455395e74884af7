import { encodeJobCancel } from "../protocol/commands/job-cancel.ts";
import { encodeJobTag } from "../protocol/commands/job-tag.ts";
import { ask } from "./ask.ts";
import {
  type Cancellation,
  type CancelOptions,
  type CancelState,
  cancelReasonOf,
  readCancellation,
  readCancelState,
} from "./cancellation.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { findTime, numberOf, objectOf } from "./read-members.ts";

/** That all jobs with a tag were cancelled, and what has come of that by now. */
export interface CancelledTag extends Cancellation {
  /** `cancelling`: some of them run still. Until they have ended, none of the tag is run or pushed. */
  readonly state: CancelState;
  /** How many were cancelled before they ran. */
  readonly waiting: number;
  /** How many run still. */
  readonly running: number;
}

/** What is known of a tag. */
export interface TagRecord {
  /** How many jobs that have it wait or run. */
  readonly jobs: number;
  /** The last time that they were cancelled, and when the last of them had ended. */
  readonly cancel: (CancelledTag & { readonly endedAt: Date | undefined }) | undefined;
}

/**
 * What can be done to all jobs with a tag, which stand in a job's custom: `{ tags: ["tenant-7"] }`. All throw
 * as a client's push; NotSupported where a classic Faktory has nothing of the kind.
 */
export class TagAdministration {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  /**
   * Calls off all jobs with a tag: none of them is run, and those that run are told. Until these have ended
   * no job with the tag is taken; a push throws Cancelled. Given again meanwhile it tells how far that is.
   *
   * It is not sent again when its reply was lost (ServerUnavailable, with `mayBeDone`): by then it may be over,
   * and would call off the next run. Ask `find`, whose `cancel` says since when, before you give it again.
   */
  async cancel(tag: string, options: CancelOptions = {}): Promise<CancelledTag> {
    const line = encodeJobCancel({ tag, ...cancelReasonOf(options) });
    const reply = await ask(this.#link, line, { ...options, isRepeatable: false });
    const told = objectOf(JSON.parse(reply));
    return readCancelledTag(told, told["cancel"]);
  }

  async find(tag: string, options?: CallOptions): Promise<TagRecord> {
    const { jobs, cancel } = objectOf(
      JSON.parse(await ask(this.#link, encodeJobTag(tag), options)),
    );
    if (cancel === undefined) return { jobs: numberOf(jobs, 0), cancel };
    const told = objectOf(cancel);
    const endedAt = findTime(told["ended_at"]);
    return { jobs: numberOf(jobs, 0), cancel: { ...readCancelledTag(told, cancel), endedAt } };
  }
}

function readCancelledTag(told: Record<string, unknown>, cancel: unknown): CancelledTag {
  return {
    state: readCancelState(told["state"]),
    waiting: numberOf(told["waiting"], 0),
    running: numberOf(told["running"], 0),
    ...readCancellation(cancel),
  };
}
