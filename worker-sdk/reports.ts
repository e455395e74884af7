import { createAborter } from "./aborter.ts";
import { type BackOff, backOffMs } from "./back-off.ts";
import { isJobNotFound, ServerError, StaleLease } from "./errors.ts";
import type { Job } from "./job.ts";
import type { Link } from "./link.ts";
import type { Logger } from "./logger.ts";
import type { Outcome } from "./outcome.ts";
import { outcomeLines, plainOutcomeLines } from "./outcome-lines.ts";
import { pause } from "./pause.ts";
import { startTimer } from "./timer.ts";

/** Between two attempts to tell a server that could not take it. */
const BACK_OFF: BackOff = { firstMs: 100, maxMs: 5_000 };

/** FWP: the report itself is refused, and would be as often as it came. */
const INVALID = /^invalid (?:FAIL|ACK)/i;

/** Its reservation or lease has ended, or this is a repetition of what had been heard. */
function isSettled(error: ServerError): boolean {
  return error instanceof StaleLease || isJobNotFound(error);
}

/**
 * Tells the server how jobs have ended. What it could not be told is told again and again, until the
 * job's reservation ends, since a job that was done and not acknowledged is run a second time.
 */
export class Reports {
  readonly #link: Link;
  readonly #log: Logger;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #givenUp = createAborter();

  constructor(link: Link, log: Logger) {
    this.#link = link;
    this.#log = log;
  }

  /** How many are under way. */
  get count(): number {
    return this.#underWay.size;
  }

  /** Resolves with whether the server knows. */
  report(job: Job, outcome: Outcome): Promise<boolean> {
    const lines = outcomeLines(job, outcome);
    if (lines.length === 0) return Promise.resolve(true);
    const told = this.#tell(job, lines, () => plainOutcomeLines(job, outcome));
    this.#underWay.add(told);
    void told.then(() => this.#underWay.delete(told));
    return told;
  }

  /** Waits for those under way. What takes longer is given up, and the link with it. */
  async settle(timeoutMs: number): Promise<void> {
    const timer = startTimer(() => {
      this.#givenUp.abort();
      this.#link.destroy();
    }, timeoutMs);
    await Promise.all(this.#underWay);
    clearTimeout(timer);
  }

  /** @param plain what is told, once, when the server refuses the lines as they are */
  async #tell(
    job: Job,
    lines: readonly string[],
    plain: (() => readonly string[]) | undefined,
  ): Promise<boolean> {
    const { jid, reserveForSeconds } = job;
    const { signal } = this.#givenUp;
    const endsAt = performance.now() + reserveForSeconds * 1_000;
    for (let failures = 1; ; failures++) {
      try {
        await Promise.all(lines.map((line) => this.#link.call(line)));
        return true;
      } catch (err) {
        if (err instanceof ServerError && isSettled(err)) {
          this.#log.warn({ event: "report.late", jid, err });
          return true;
        }
        if (err instanceof ServerError && INVALID.test(err.message)) {
          this.#log.error({ event: "report.refused", jid, err });
          return plain === undefined ? false : await this.#tell(job, plain(), undefined);
        }
        if (signal.aborted || performance.now() > endsAt) {
          this.#log.error({ event: "report.given-up", jid, err });
          return false;
        }
        this.#log.warn({ event: "report.delayed", jid, err });
        await pause(backOffMs(BACK_OFF, failures, Math.random), signal);
      }
    }
  }
}
