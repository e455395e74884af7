import { encodeJobCancel } from "../protocol/commands/job-cancel.ts";
import { encodeJobDelete } from "../protocol/commands/job-delete.ts";
import { encodeJobFigures } from "../protocol/commands/job-figures.ts";
import { encodeJobGet } from "../protocol/commands/job-get.ts";
import { encodeJobList } from "../protocol/commands/job-list.ts";
import { encodeJobRetry } from "../protocol/commands/job-retry.ts";
import type { MutateTarget } from "../protocol/commands/mutate.ts";
import { encodeTrackGet } from "../protocol/commands/track-get.ts";
import type { JobState as ListedState } from "../protocol/job-state.ts";
import { ask, order } from "./ask.ts";
import {
  type Cancellation,
  type CancelOptions,
  type CancelState,
  cancelReasonOf,
  readCancellation,
  readCancelState,
} from "./cancellation.ts";
import { isJobNotFound } from "./errors.ts";
import { type JobFigures, readJobFigures } from "./job-figures.ts";
import { type JobProgress, readProgress } from "./job-progress.ts";
import { type JobRecord, readJobRecord } from "./job-record.ts";
import { decodeJson } from "./json-text.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { type ListedJob, readListPage } from "./listed-job.ts";
import { type JobSelection, mutateJobs } from "./mutate-jobs.ts";
import { listOf, objectOf } from "./read-members.ts";

/** Which jobs are to be listed; all, where nothing is named. */
export interface JobFilter {
  /** One that is being cancelled is `working`. */
  state?: ListedState | undefined;
  queue?: string | undefined;
  type?: string | undefined;
  tag?: string | undefined;
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
      return readJobRecord(await ask(this.#link, encodeJobGet(jid), options));
    } catch (error) {
      if (isJobNotFound(error)) return undefined;
      throw error;
    }
  }

  /**
   * Goes through the jobs that fit all that is named, a page at a time. One that stays where it is comes once;
   * one that moves meanwhile may come twice, or not at all.
   */
  async *list(
    { type: jobtype, ...filter }: JobFilter = {},
    options?: CallOptions,
  ): AsyncGenerator<ListedJob, void, undefined> {
    let cursor: string | undefined;
    do {
      const line = encodeJobList({ ...filter, jobtype, cursor });
      const page = readListPage(await ask(this.#link, line, options));
      yield* page.jobs;
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  /**
   * Calls a job off: it never starts, or its worker is told, and it is not run again. Of several times the
   * first one counts.
   * @throws ServerError when there is no such job, or it is dead or done
   */
  async cancel(jid: string, options: CancelOptions = {}): Promise<CancelledJob> {
    const line = encodeJobCancel({ jid, ...cancelReasonOf(options) });
    const { state, cancel } = objectOf(JSON.parse(await ask(this.#link, line, options)));
    return { state: readCancelState(state), ...readCancellation(cancel) };
  }

  /**
   * A job that is scheduled, waits for its retry, or is dead, goes to its queue now.
   * @throws ServerError when there is no such job, or it runs or is done; Cancelled
   */
  async retry(jid: string, options?: CallOptions): Promise<void> {
    await order(this.#link, encodeJobRetry(jid), options);
  }

  /** Deletes a job. @throws ServerError when there is no such job, or somebody works on it */
  async delete(jid: string, options?: CallOptions): Promise<void> {
    await order(this.#link, encodeJobDelete(jid), options);
  }

  /** How far a job has told that it is. */
  async progress(jid: string, options?: CallOptions): Promise<JobProgress> {
    return readProgress(decodeJson(await ask(this.#link, encodeTrackGet(jid), options), "exact"));
  }

  /** How long the jobs of a type have waited and run, in the last days. */
  async figures(type: string, options?: CallOptions): Promise<JobFigures> {
    return readJobFigures(await ask(this.#link, encodeJobFigures(type), options));
  }

  /** The types of which there are figures. */
  async types(options?: CallOptions): Promise<string[]> {
    const { types } = objectOf(JSON.parse(await ask(this.#link, encodeJobFigures(), options)));
    return listOf(types).map(String);
  }

  /** They become dead, and are kept for a person to look at. */
  kill(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return mutateJobs(this.#link, "kill", set, which, options);
  }

  /** They go to their queues now. */
  requeue(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return mutateJobs(this.#link, "requeue", set, which, options);
  }

  /** They are deleted. */
  discard(set: MutateTarget, which: JobSelection, options?: CallOptions): Promise<void> {
    return mutateJobs(this.#link, "discard", set, which, options);
  }

  /** Deletes all jobs of a set. */
  clear(set: MutateTarget, options?: CallOptions): Promise<void> {
    return mutateJobs(this.#link, "clear", set, undefined, options);
  }
}
