import { findJobtype } from "../../protocol/jobtype.ts";
import type { Clock } from "../clock.ts";
import type { Measured, Reserved } from "../store/store.ts";
import { Histogram } from "./histogram.ts";

/** As many jobs as are under way through one broker, and far more: they need some 20 MiB. */
const MAX_RUNS = 100_000;

/** Types that end within a second; of more, the figures are not kept anyway. */
const MAX_JOBTYPES = 1_000;

/** A type with a longer name has no figures: it is a name for people, and a part of a key. */
const MAX_JOBTYPE_CHARACTERS = 255;

interface Run {
  jobtype: string;
  waitedMs: number;
  startedAt: number;
  token: number | undefined;
}

/**
 * How long jobs waited and ran, measured where they are handed out: to ask Redis would cost each ACK a
 * look at the job. So it knows of those alone that end through the broker that handed them out.
 */
export class RunTimes {
  readonly #clock: Clock;
  /** By jid, the oldest first. Some never end here. */
  readonly #runs = new Map<string, Run>();
  #measured = new Map<string, { waits: Histogram; runs: Histogram; failed: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A job has been handed out. */
  begin({ jid, text, enqueuedAt, token }: Reserved): void {
    const jobtype = findJobtype(text);
    if (jobtype === undefined || jobtype.length > MAX_JOBTYPE_CHARACTERS) return;
    const now = this.#clock.now();
    const waitedMs = Math.max(0, now - (enqueuedAt ?? now));
    this.#runs.delete(jid);
    this.#runs.set(jid, { jobtype, waitedMs, startedAt: this.#clock.steady(), token });
    if (this.#runs.size > MAX_RUNS) this.#forgetOldest();
  }

  /** Its worker has said how it ended, under the lease that it names, if any. */
  end(jid: string, token: number | undefined, hasFailed: boolean): void {
    const run = this.#runs.get(jid);
    if (run === undefined) return;
    this.#runs.delete(jid);
    // It may have been handed out by another broker since.
    if (token !== undefined && run.token !== token) return;
    const measured = this.#measuredOf(run.jobtype);
    if (measured === undefined) return;
    measured.waits.add(run.waitedMs);
    measured.runs.add(this.#clock.steady() - run.startedAt);
    if (hasFailed) measured.failed++;
  }

  /** It has ended in a way that tells nothing of its type. */
  drop(jid: string): void {
    this.#runs.delete(jid);
  }

  /** What was measured since it was last taken. */
  take(): Measured[] {
    const measured = [...this.#measured].map(([jobtype, { waits, runs, failed }]) => ({
      jobtype,
      waits: waits.counts,
      runs: runs.counts,
      failed,
    }));
    this.#measured = new Map();
    return measured;
  }

  /** Of all that there was nothing is left. */
  clear(): void {
    this.#runs.clear();
    this.#measured.clear();
  }

  #measuredOf(jobtype: string): { waits: Histogram; runs: Histogram; failed: number } | undefined {
    const before = this.#measured.get(jobtype);
    if (before !== undefined || this.#measured.size === MAX_JOBTYPES) return before;
    const measured = { waits: new Histogram(), runs: new Histogram(), failed: 0 };
    this.#measured.set(jobtype, measured);
    return measured;
  }

  #forgetOldest(): void {
    for (const jid of this.#runs.keys()) {
      this.#runs.delete(jid);
      return;
    }
  }
}
