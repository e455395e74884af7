import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { StallOutcome, Store } from "../store/store.ts";
import type { Jobs } from "./jobs.ts";

type Stalled = Extract<StallOutcome, { kind: "stalled" }>;

/** Runs that have said that they would tell of their progress, and tell nothing any more. */
export class Stalls {
  readonly #store: Store;
  readonly #jobs: Jobs;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(store: Store, jobs: Jobs, clock: Clock, log: Logger) {
    this.#store = store;
    this.#jobs = jobs;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Notes the runs that are stalled by now, a bounded number of them, and does what each wished for
   * this case.
   * @returns how many, and when the next one is stalled if nothing more is told of it
   */
  async findStalled(): Promise<{ count: number; nextAt: number }> {
    const now = this.#clock.now();
    const first = await this.#store.progress.firstStalls();
    const due = first.filter(({ at }) => at <= now).map(({ jid }) => jid);
    if (due.length === 0) return { count: 0, nextAt: first[0]?.at ?? Number.POSITIVE_INFINITY };
    const outcomes = await this.#store.progress.stall(due);
    let count = 0;
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.kind !== "stalled") continue;
      await this.#act(due[index] ?? "", outcome);
      count++;
    }
    // There may be more of them than were read.
    return { count, nextAt: now };
  }

  async #act(jid: string, { policy, call, wid, stallMs }: Stalled): Promise<void> {
    this.#log.warn({ event: "job.stalled", jid, wid, policy, silentMs: stallMs });
    if (policy === "retry") await this.#jobs.failStalled(jid, call, stallMs);
  }
}
