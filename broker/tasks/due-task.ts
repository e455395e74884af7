import type { CancelTimer, Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";

export interface DueTaskOptions {
  name: string;
  /** Does what is due now, and tells when something is due next, if it knows. */
  work: () => Promise<number | undefined>;
  /** It looks again after so long, since another broker may have made something due. */
  longestSleepMs: number;
  clock: Clock;
  log: Logger;
}

/**
 * Work that is to be done at certain times, most of them known in advance. Every broker runs every
 * task: the transitions are atomic, so who comes second finds nothing left to do.
 */
export class DueTask {
  readonly #options: DueTaskOptions;
  #cancelTimer: CancelTimer = () => {};
  #wakesAt = Number.POSITIVE_INFINITY;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: DueTaskOptions) {
    this.#options = options;
  }

  start(): void {
    this.wakeAt(this.#options.clock.now());
  }

  /** Something is due at that time, in epoch milliseconds. */
  wakeAt(at: number): void {
    if (at >= this.#wakesAt) return;
    this.#wakesAt = at;
    if (this.#running === undefined) this.#arm();
  }

  /** Resolves when nothing of it is under way any longer. Safe to call twice. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  #arm(): void {
    this.#cancelTimer();
    if (this.#isStopped) return;
    const delayMs = Math.max(0, Math.ceil(this.#wakesAt - this.#options.clock.now()));
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { name, work, longestSleepMs, clock, log } = this.#options;
    this.#wakesAt = Number.POSITIVE_INFINITY;
    let nextAt = Number.POSITIVE_INFINITY;
    try {
      nextAt = (await work()) ?? nextAt;
    } catch (err) {
      log.warn({ event: "task.failed", task: name, err });
    }
    this.#running = undefined;
    this.#wakesAt = Math.min(this.#wakesAt, nextAt, clock.now() + longestSleepMs);
    this.#arm();
  }
}
