import { encodeTrackSet } from "../protocol/commands/track-set.ts";
import type { ProgressReport } from "../protocol/progress.ts";
import { isUnknownCommand, NotSupported } from "./errors.ts";
import type { Job } from "./job.ts";
import type { ClientLink } from "./link.ts";
import type { Logger } from "./logger.ts";

/** What is told at a time. What is left out stays as it was told before. */
export type Told = Omit<ProgressReport, "jid" | "token">;

/**
 * Tells the server how far a job is. One report is under way at a time; what is told meanwhile becomes one
 * more, with the last that was said. FWP: TRACK SET, of Faktory Enterprise.
 */
export class Progress {
  readonly #job: Pick<Job, "jid" | "lease">;
  readonly #link: Pick<ClientLink, "call">;
  readonly #log: Logger;
  /** What the next report says. */
  #pending: Told | undefined;
  /** The one before that, and the next one itself. */
  #underWay: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #hasFailed = false;

  constructor(
    job: Pick<Job, "jid" | "lease">,
    { link, log }: { link: Pick<ClientLink, "call">; log: Logger },
  ) {
    this.#job = job;
    this.#link = link;
    this.#log = log;
  }

  /**
   * Resolves when the server knows that, or what was told after it. Nobody need wait for it, so a failure is
   * also logged, the first one of a job.
   * @throws NotSupported where the server has no TRACK; StaleLease; as a client's push
   */
  tell(told: Told): Promise<void> {
    this.#pending = { ...this.#pending, ...told };
    if (this.#next === undefined) {
      const send = () => this.#send();
      this.#next = this.#underWay.then(send, send);
      this.#next.catch((err: unknown) => this.#note(err));
    }
    return this.#next;
  }

  /** What is still to be told goes ahead of what is sent after this. */
  flush(): void {
    if (this.#pending !== undefined) void this.#send();
  }

  #send(): Promise<void> {
    if (this.#pending !== undefined) this.#underWay = this.#call(this.#pending);
    this.#pending = undefined;
    this.#next = undefined;
    return this.#underWay;
  }

  async #call(told: Told): Promise<void> {
    const { jid, lease: token } = this.#job;
    const report = token === undefined ? { jid, ...told } : { jid, token, ...told };
    try {
      await this.#link.call(encodeTrackSet(report));
    } catch (error) {
      if (!isUnknownCommand(error)) throw error;
      throw new NotSupported("this server has no TRACK, so a job can't tell of its progress", {
        cause: error,
      });
    }
  }

  #note(err: unknown): void {
    if (!this.#hasFailed) this.#log.warn({ event: "progress.failed", err });
    this.#hasFailed = true;
  }
}
