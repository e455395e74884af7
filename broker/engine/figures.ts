import type { JobFigures, Percentiles } from "../../protocol/commands/job-figures.ts";
import { MAX_RESERVE_SECONDS, MIN_RESERVE_SECONDS } from "../../protocol/limits.ts";
import type { Logger } from "../logger.ts";
import type { Store } from "../store/store.ts";
import { Histogram } from "./histogram.ts";
import type { RunTimes } from "./run-times.ts";

/** Long enough that a type that runs once a week is known, and short enough that a new version shows. */
const KEPT_DAYS = 7;

/** With fewer, the slowest of all may well be still to come. */
const FEW_RUNS = 20;

/** Of a run, so much is lost at the most before it is noticed that its worker has died. */
const LEASE_SHARE = 0.1;

/** A shorter one would end when a beat or two fail; a longer one leaves jobs lying for minutes. */
const MIN_LEASE_SECONDS = 15;
const MAX_LEASE_SECONDS = 300;

/** Of the slowest hundredth some are much slower, and a job whose reservation ends runs twice. */
const RESERVE_FACTOR = 3;

/** How long jobs wait and run, by their type: of all brokers together, over the last days. */
export class Figures {
  readonly #store: Store;
  readonly #runTimes: RunTimes;
  readonly #log: Logger;
  #isFull = false;

  constructor(store: Store, runTimes: RunTimes, log: Logger) {
    this.#store = store;
    this.#runTimes = runTimes;
    this.#log = log;
  }

  /** Adds what this broker has measured to what all know. */
  async save(): Promise<void> {
    const measured = this.#runTimes.take();
    if (measured.length === 0) return;
    const refused = await this.#store.figures.add(measured, KEPT_DAYS);
    if (refused.length === 0 || this.#isFull) return;
    // Once: a program that makes up a type for each job would fill the log as well.
    this.#isFull = true;
    this.#log.warn({ event: "figures.full", jobtype: refused[0] });
  }

  /** What is known of a type; of one that nobody has measured, that there were no runs. */
  async of(jobtype: string): Promise<JobFigures> {
    await this.save();
    const { waits, runs, failed } = await this.#store.figures.find(jobtype, KEPT_DAYS);
    const [waited, ran] = [new Histogram(waits), new Histogram(runs)];
    const count = ran.size;
    if (count === 0) return { jobtype, count, failed };
    const runMs = percentilesOf(ran);
    const figures = { jobtype, count, failed, waitMs: percentilesOf(waited), runMs };
    return count < FEW_RUNS ? figures : { ...figures, ...suggestionsFor(runMs.p99 / 1_000) };
  }

  /** The types of which there are figures, in alphabetical order. */
  async jobtypes(): Promise<string[]> {
    await this.save();
    return (await this.#store.figures.jobtypes(KEPT_DAYS)).toSorted();
  }
}

function percentilesOf(histogram: Histogram): Percentiles {
  return {
    p50: histogram.percentile(0.5),
    p95: histogram.percentile(0.95),
    p99: histogram.percentile(0.99),
  };
}

/** Both in whole seconds. */
function suggestionsFor(
  p99Seconds: number,
): Pick<JobFigures, "suggestedLease" | "suggestedReserveFor"> {
  return {
    suggestedLease: within(p99Seconds * LEASE_SHARE, MIN_LEASE_SECONDS, MAX_LEASE_SECONDS),
    suggestedReserveFor: within(
      p99Seconds * RESERVE_FACTOR,
      MIN_RESERVE_SECONDS,
      MAX_RESERVE_SECONDS,
    ),
  };
}

function within(seconds: number, least: number, most: number): number {
  return Math.min(Math.max(Math.ceil(seconds), least), most);
}
