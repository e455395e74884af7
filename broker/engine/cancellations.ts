import type { Cancel, CancelReason } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Store } from "../store/store.ts";

/** A cancelled job is kept for a week, so that whoever misses it learns who called it off. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

/** As many as of the dead, for the same reason. */
const KEPT_COUNT = 100_000;

export interface CalledOff {
  /** "cancelling": it is being worked on, and its worker is told. */
  state: "cancelled" | "cancelling";
  /** When it was called off first; what came later has changed nothing. */
  cancel: Cancel;
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
    if (outcome.state === "dead") {
      throw new CommandError(`job ${echo(jid)} is in dead: it will not run`);
    }
    this.#log.info({ event: "job.called-off", jid, state: outcome.state });
    return outcome;
  }

  /** Deletes some of the cancelled jobs that are too old or too many; resolves with how many. */
  async purge(): Promise<number> {
    const endedBefore = this.#clock.now() - KEPT_MS;
    const count = await this.#store.cancels.purge({ endedBefore, keep: KEPT_COUNT });
    if (count > 0) this.#log.info({ event: "cancelled.purged", count });
    return count;
  }
}
