import { encodeFetch } from "../protocol/commands/fetch.ts";
import { encodeFetchb } from "../protocol/commands/fetchb.ts";
import { FETCH_WAIT_MS, MAX_FETCHED_JOBS } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import { createAborter } from "./aborter.ts";
import { type ArrivedJob, readArrivedJob, readArrivedJobs } from "./arrived-job.ts";
import { type BackOff, backOffMs } from "./back-off.ts";
import { isUnknownCommand } from "./errors.ts";
import { Link, type LinkOptions } from "./link.ts";
import type { Logger } from "./logger.ts";
import { pause } from "./pause.ts";
import type { QueueOrder } from "./queue-order.ts";
import type { Slots } from "./slots.ts";

/** Between two FETCHes that failed. */
const BACK_OFF: BackOff = { firstMs: 100, maxMs: 5_000 };

/**
 * From a classic server, which gives one job a FETCH, so many are fetched at once at the most: that is
 * as much as one process runs of them, and each takes a connection.
 */
const MAX_CLASSIC_FETCHES = 20;

export interface FetchingOptions {
  link: LinkOptions;
  order: QueueOrder;
  slots: Slots;
  concurrency: number;
  log: Logger;
  /** Takes jobs, and the slots that were kept for them. */
  onJobs: (jobs: ArrivedJob[]) => void;
  /** The server has been found to know no FETCHB. */
  onClassic?: () => void;
}

/**
 * Fetches as many jobs as there are free slots, and never more, since a job that is reserved and does
 * not run is kept from others. FETCH waits, so it has connections of its own: one where a FETCHB
 * brings them all, and several on a server that knows only FETCH.
 */
export class Fetching {
  readonly #options: FetchingOptions;
  readonly #links: Link[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #stopping = createAborter();
  #isClassic = false;

  constructor(options: FetchingOptions) {
    this.#options = options;
  }

  /** Whether the server has been found to know no FETCHB. */
  get isClassic(): boolean {
    return this.#isClassic;
  }

  start(): void {
    const link = new Link(this.#options.link);
    this.#links.push(link);
    this.#loops.push(this.#loop(link));
  }

  /**
   * Fetches no more; resolves when no further job can come. A millrace gives none to a connection that
   * has hung up. A classic Faktory does, so its answers are waited for.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (!this.#isClassic) await Promise.all(this.#links.map((link) => link.finish()));
    await Promise.all(this.#loops);
    for (const link of this.#links) link.destroy();
  }

  async #loop(link: Link): Promise<void> {
    const { slots, log } = this.#options;
    let failures = 0;
    while (await slots.acquire(this.#stopping.signal)) {
      const count = 1 + (await this.#takeMore());
      let came = 0;
      try {
        const jobs = await this.#fetch(link, count);
        came = jobs.length;
        failures = 0;
        this.#options.onJobs(jobs);
      } catch (err) {
        if (!this.#stopping.signal.aborted) {
          log.warn({ event: "fetch.failed", err });
          await pause(backOffMs(BACK_OFF, ++failures, Math.random), this.#stopping.signal);
        }
      } finally {
        slots.giveBack(count - came);
      }
    }
  }

  /** Jobs that end together free their slots together: they are all to be filled with one FETCHB. */
  async #takeMore(): Promise<number> {
    if (this.#isClassic) return 0;
    await new Promise(setImmediate);
    return this.#options.slots.takeFree(MAX_FETCHED_JOBS - 1);
  }

  async #fetch(link: Link, count: number): Promise<ArrivedJob[]> {
    const queues = [...this.#options.order.next()];
    if (this.#isClassic) return await this.#fetchOne(link, queues);
    try {
      return readMany(await this.#call(link, encodeFetchb({ count, queues })));
    } catch (error) {
      if (!isUnknownCommand(error)) throw error;
      this.#becomeClassic();
      return [];
    }
  }

  async #fetchOne(link: Link, queues: string[]): Promise<ArrivedJob[]> {
    const reply = await this.#call(link, encodeFetch(queues));
    return reply.kind === "bulk" ? [readArrivedJob(reply.body)] : [];
  }

  #call(link: Link, line: string): Promise<Reply> {
    const timeoutMs = FETCH_WAIT_MS + this.#options.link.callTimeoutMs;
    return link.call(line, { timeoutMs, isRepeatable: false });
  }

  #becomeClassic(): void {
    if (this.#isClassic) return;
    this.#isClassic = true;
    this.#options.onClassic?.();
    const count = Math.min(this.#options.concurrency, MAX_CLASSIC_FETCHES);
    while (this.#links.length < count) this.start();
  }
}

function readMany(reply: Reply): ArrivedJob[] {
  return reply.kind === "bulk" ? readArrivedJobs(reply.body) : [];
}
