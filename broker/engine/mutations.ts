import { CommandError } from "../../protocol/errors.ts";
import { Glob } from "../../protocol/glob.ts";
import { encodeFetchedJob, readJob } from "../../protocol/job.ts";
import type { JobFilter } from "../../protocol/job-filter.ts";
import type { PlacedJob, Store, WaitingSet } from "../store/store.ts";
import { unhurried } from "./unhurried.ts";

/**
 * What an operator does to many waiting jobs at once. FWP: MUTATE. What takes long ends at its next
 * part when the broker is stopping.
 */
export class Mutations {
  readonly #store: Store;
  readonly #wake: (queue: string) => void;

  /** @param wake is told of every job that has got into a queue */
  constructor(store: Store, wake: (queue: string) => void) {
    this.#store = store;
    this.#wake = wake;
  }

  /** Deletes them. */
  async discard(set: WaitingSet, filter: JobFilter, stopping: AbortSignal): Promise<void> {
    if (fitsAll(filter)) return await this.clear(set);
    await this.#each(set, filter, stopping, (jobs) => this.#store.waiting.discard(jobs));
  }

  /** Deletes all there are, in one step. */
  clear(set: WaitingSet): Promise<void> {
    return this.#store.waiting.clear(set);
  }

  /** Moves them to dead, as if they had died now. */
  async kill(set: WaitingSet, filter: JobFilter, stopping: AbortSignal): Promise<void> {
    await this.#each(set, filter, stopping, (jobs) => this.#store.waiting.kill(jobs));
  }

  /** Puts them into their queues. */
  async requeue(set: WaitingSet, filter: JobFilter, stopping: AbortSignal): Promise<void> {
    await this.#each(set, filter, stopping, async (jobs) => {
      const enqueued = await this.#store.waiting.enqueue(jobs, Number.POSITIVE_INFINITY);
      for (const { queue } of enqueued) this.#wake(queue);
    });
  }

  /** Does something to the jobs that fit, part by part, so that none of it keeps Redis for long. */
  async #each(
    set: WaitingSet,
    filter: JobFilter,
    stopping: AbortSignal,
    mutate: (jobs: PlacedJob[]) => Promise<void>,
  ): Promise<void> {
    const { jids, jobtype } = filter;
    if (jids.length > 0) return await mutate(jids.map((jid) => ({ set, jid })));
    const glob = filter.pattern === "" ? undefined : new Glob(filter.pattern);
    for await (const part of this.#store.waiting.scan(set)) {
      if (stopping.aborted) {
        throw new CommandError("shutdown in progress: some of the jobs are dealt with, not all");
      }
      const fitting: PlacedJob[] = [];
      for await (const job of unhurried(part, ({ text }) => text.length)) {
        const fits =
          (glob === undefined || (await matches(glob, encodeFetchedJob(job).toString()))) &&
          (jobtype === "" || readJob(job.text).members.jobtype === jobtype);
        if (fits) fitting.push({ set, jid: job.jid });
      }
      if (fitting.length > 0) await mutate(fitting);
    }
  }
}

async function matches(glob: Glob, text: string): Promise<boolean> {
  let isMatch: boolean | undefined;
  for await (const isMatchSoFar of unhurried(glob.matching(text), () => 0)) isMatch = isMatchSoFar;
  return isMatch === true;
}

function fitsAll({ jids, pattern, jobtype }: JobFilter): boolean {
  return jids.length === 0 && pattern === "" && jobtype === "";
}
