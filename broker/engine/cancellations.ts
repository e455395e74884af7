import { noSuchBatch } from "../../protocol/bid.ts";
import type { Cancel, CancelReason } from "../../protocol/cancel.ts";
import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { TagCancellation } from "../../protocol/tag-description.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Store } from "../store/store.ts";
import { groupOfBatch, groupOfTag } from "./job-group.ts";

/** A cancelled job is kept for a week, so that whoever misses it learns who called it off. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

/** As many as of the dead, for the same reason. */
const KEPT_COUNT = 100_000;

/** Who calls off many jobs is answered after so long, well before clients give up on a reply. */
const ANSWER_MS = 2_000;

export interface CalledOff {
  /** "cancelling": it is being worked on, and its worker is told. */
  state: "cancelled" | "cancelling";
  /** When it was called off first; what came later has changed nothing. */
  cancel: Cancel;
}

/** The jobs with a tag. */
export interface TaggedJobs {
  /** How many of them wait or run. */
  live: number;
  cancellation: TagCancellation | undefined;
}

/** Calls off what is not to run, or not to run on. */
export class Cancellations {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  async cancelJob(jid: string, told: CancelReason): Promise<CalledOff> {
    const outcome = await this.#store.cancels.cancel(jid, { at: this.#clock.now(), ...told });
    if (outcome.state === "unknown") throw new CommandError(`Job not found ${echo(jid)}`);
    if (!("cancel" in outcome)) {
      throw new CommandError(`job ${echo(jid)} is in ${outcome.state}: it will not run`);
    }
    this.#log.info({ event: "job.called-off", jid, state: outcome.state });
    return outcome;
  }

  /**
   * Calls off all jobs with a tag. From the first step on none of them is handed out; what is not done
   * within two seconds goes on by itself.
   * @param stopping ends the wait
   */
  async cancelTag(
    tag: string,
    told: CancelReason,
    stopping: AbortSignal,
  ): Promise<TagCancellation> {
    const group = groupOfTag(tag);
    await this.#store.cancels.cancelGroup(group, { at: this.#clock.now(), ...told });
    await this.#callOff(group, stopping);
    const { cancellation } = await this.findTag(tag);
    if (cancellation === undefined) throw new CommandError("everything was deleted meanwhile");
    const { waiting, running } = cancellation;
    this.#log.info({ event: "tag.called-off", tag: echo(tag), waiting, running });
    return cancellation;
  }

  /** The same for a batch; those in it are called off in steps. Resolves with where it is then. */
  async cancelBatch(bid: string, told: CancelReason, stopping: AbortSignal): Promise<BatchStatus> {
    const outcome = await this.#store.batches.cancel(bid, { at: this.#clock.now(), ...told });
    if (outcome === "won") {
      throw new CommandError(`batch ${echo(bid)} has succeeded: nothing of it will run`);
    }
    if (outcome === "called off") await this.#callOff(groupOfBatch(bid), stopping);
    const status = await this.#store.batches.find(bid);
    if (status === undefined) throw noSuchBatch(bid);
    this.#log.info({ event: "batch.called-off", bid });
    return status;
  }

  async findTag(tag: string): Promise<TaggedJobs> {
    const { live, running, cancellation } = await this.#store.cancels.findGroup(groupOfTag(tag));
    return { live, cancellation: cancellation && { ...cancellation, running } };
  }

  /**
   * Goes on with what has been begun, by whomever: calls off a bounded number of jobs of groups that are
   * being called off. Resolves with whether there are more.
   */
  async goOn(): Promise<boolean> {
    let isAnyMore = false;
    for (const group of await this.#store.cancels.closedGroups()) {
      if (await this.#sweep(group)) isAnyMore = true;
    }
    return isAnyMore;
  }

  /**
   * Deletes some of the cancelled jobs that are too old or too many, and what is kept of groups;
   * resolves with how many that were.
   */
  async purge(): Promise<number> {
    const [jobs, groups] = await Promise.all([
      this.#purgeJobs(),
      this.#store.cancels.purgeGroups(this.#keep()),
    ]);
    return jobs + groups;
  }

  async #purgeJobs(): Promise<number> {
    const count = await this.#store.cancels.purge(this.#keep());
    if (count > 0) this.#log.info({ event: "cancelled.purged", count });
    return count;
  }

  #keep(): { endedBefore: number; keep: number } {
    return { endedBefore: this.#clock.now() - KEPT_MS, keep: KEPT_COUNT };
  }

  /** As much of a group that is closed as can be done before who asked has to be answered. */
  async #callOff(group: string, stopping: AbortSignal): Promise<void> {
    const endsAt = this.#clock.steady() + ANSWER_MS;
    // First, however many wait: their workers are told now, and none of them ends as done meanwhile.
    await this.#store.cancels.sweepRunning(group);
    let isMore = true;
    while (isMore && this.#clock.steady() < endsAt && !stopping.aborted) {
      isMore = await this.#sweep(group);
    }
  }

  /** A part of a group. What is too many is deleted in the same pace, so that it can't pile up. */
  async #sweep(group: string): Promise<boolean> {
    const [left] = await Promise.all([this.#store.cancels.sweepGroup(group), this.#purgeJobs()]);
    return left > 0;
  }
}
