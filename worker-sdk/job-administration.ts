import type { CancelReason } from "../protocol/cancel.ts";
import { encodeJobCancel } from "../protocol/commands/job-cancel.ts";
import { encodeJobGet } from "../protocol/commands/job-get.ts";
import { encodeMutate, type MutateAction, type MutateTarget } from "../protocol/commands/mutate.ts";
import { encodeTrackGet } from "../protocol/commands/track-get.ts";
import {
  type Cancellation,
  type CancelState,
  readCancellation,
  readCancelState,
} from "./cancellation.ts";
import { isJobNotFound, isUnknownCommand, NotSupported } from "./errors.ts";
import { type JobProgress, readProgress } from "./job-progress.ts";
import { type JobRecord, readJobRecord } from "./job-record.ts";
import { decodeJson } from "./json-text.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { objectOf } from "./read-members.ts";
import { readText } from "./replies.ts";

/** Which jobs of a set: those that fit all that is named; jids, where there are any, count alone. */
export interface JobSelection {
  jids?: readonly string[];
  type?: string;
  /** A glob that is compared with the job's whole JSON text: `*"a@example.com"*`. */
  pattern?: string;
}

/** What has come of a cancellation by now, and who was the first to ask for it. */
export interface CancelledJob extends Cancellation {
  /** `cancelling`: it runs, and its worker is told to end it. It is not run again in any case. */
  readonly state: CancelState;
}

/**
 * What can be done to single jobs, and to those that wait for a time, or for a person. All throw as a
 * client's push; NotSupported where a classic Faktory has nothing of the kind.
 */
export class JobAdministration {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  /** All that is known of a job; undefined when it is unknown, done or deleted. */
  async find(jid: string, options?: CallOptions): Promise<JobRecord | undefined> {
    try {
      return readJobRecord(await this.#ask(encodeJobGet(jid), options));
    } catch (error) {
      if (isJobNotFound(error)) return undefined;
      throw error;
    }
  }

  /**
   * Calls a job off: it never starts, or its worker is told, and it is not run again. Of several times the
   * first one counts.
   * @throws ServerError when there is no such job, or it is dead
   */
  async cancel(
    jid: string,
    { reason, by, ...options }: CancelReason & CallOptions = {},
  ): Promise<CancelledJob> {
    const why = { ...(reason !== undefined && { reason }), ...(by !== undefined && { by }) };
    const text = await this.#ask(encodeJobCancel({ jid, ...why }), options);
    const { state, cancel } = objectOf(JSON.parse(text));
    return { state: readCancelState(state), ...readCancellation(cancel) };
  }

  /** How far a job has told that it is. */
  async progress(jid: string, options?: CallOptions): Promise<JobProgress> {
    return readProgress(decodeJson(await this.#ask(encodeTrackGet(jid), options), "exact"));
  }

  /** They become dead, and are kept for a person to look at. */
  kill(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return this.#mutate("kill", set, which, options);
  }

  /** They go to their queues now. */
  requeue(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return this.#mutate("requeue", set, which, options);
  }

  /** They are deleted. */
  discard(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return this.#mutate("discard", set, which, options);
  }

  /** Deletes all jobs of a set. */
  clear(set: MutateTarget, options?: CallOptions): Promise<void> {
    return this.#mutate("clear", set, undefined, options);
  }

  async #ask(line: string, options?: CallOptions): Promise<string> {
    try {
      return readText(await this.#link.call(line, options));
    } catch (error) {
      if (!isUnknownCommand(error)) throw error;
      const [verb] = line.split(" ", 1);
      throw new NotSupported(`this server has no ${verb}`, { cause: error });
    }
  }

  /** FWP: MUTATE. It is not repeated when its reply is lost, since other jobs may fit by then. */
  async #mutate(
    action: MutateAction,
    target: MutateTarget,
    which: JobSelection | undefined,
    options: CallOptions = {},
  ): Promise<void> {
    const { jids = [], type: jobtype = "", pattern = "" } = which ?? {};
    // FWP: without a filter it is all jobs of the set, which nobody means by an empty selection.
    if (which !== undefined && jids.length === 0 && jobtype === "" && pattern === "") {
      throw new RangeError(`${action} of no jobs: name jids, a type or a pattern, "*" for all`);
    }
    const filter = { jids: [...jids], pattern, jobtype };
    const line = encodeMutate({ action, target, filter });
    await this.#link.call(line, { ...options, isRepeatable: false });
  }
}
