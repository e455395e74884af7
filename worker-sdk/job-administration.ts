import { encodeMutate, type MutateAction, type MutateTarget } from "../protocol/commands/mutate.ts";
import type { CallOptions, ClientLink } from "./link.ts";

/** Which jobs of a set: those that fit all that is named; jids, where there are any, count alone. */
export interface JobSelection {
  jids?: readonly string[];
  type?: string;
  /** A glob that is compared with the job's whole JSON text: `*"a@example.com"*`. */
  pattern?: string;
}

/**
 * What can be done to jobs that wait for a time, or for a person. FWP: MUTATE. None of it is repeated
 * when its reply is lost, since other jobs may fit by then.
 */
export class JobAdministration {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
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
