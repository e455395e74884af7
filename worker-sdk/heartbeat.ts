import {
  type BeatAnswer,
  encodeBeat,
  type LeasedJob,
  readBeatAnswer,
} from "../protocol/commands/beat.ts";
import { MAX_BEAT_JOBS } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { WorkerState } from "../protocol/worker-state.ts";
import { createAborter } from "./aborter.ts";
import { asError } from "./as-error.ts";
import { ServerError } from "./errors.ts";
import { LeaseTable } from "./lease-table.ts";
import { Link, type LinkOptions } from "./link.ts";
import { pause } from "./pause.ts";
import { SharedMoment } from "./shared-moment.ts";

export interface HeartbeatOptions {
  /** With the wid in its hello. */
  link: Omit<LinkOptions, "random">;
  wid: string;
  intervalMs: number;
  /** How long a lease lasts that is not renewed. */
  leaseMs: number;
  /** Of the SharedMoment at which the last beat that arrived was sent. */
  renewed: SharedArrayBuffer;
}

export interface HeartbeatEvents {
  /** The server wants the worker to go quiet, or to stop. */
  onState: (state: WorkerState) => void;
  /** These jobs are somebody else's by now. */
  onLost: (leases: LeasedJob[]) => void;
  /** A beat did not arrive. */
  onFailure: (error: Error) => void;
}

/** So many beats a lease: two may fail. */
const BEATS_A_LEASE = 3;

/**
 * Tells the server that a worker is alive, on a connection that nothing else can hold up, and renews
 * the leases of its jobs. FWP: BEAT.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #events: HeartbeatEvents;
  readonly #link: Link;
  readonly #stopping = createAborter();
  readonly #loop: Promise<void>;
  readonly #tables: LeaseTable[] = [];
  readonly #renewed: SharedMoment;
  #state: WorkerState = "running";
  /** Ends the pause before the next beat. */
  #next = createAborter();

  constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
    this.#options = options;
    this.#events = events;
    this.#link = new Link({ ...options.link, random: Math.random });
    this.#renewed = new SharedMoment(options.renewed);
    this.#loop = this.#beatOn();
  }

  /** Tells at once what the worker does from now on. */
  say(state: WorkerState): void {
    this.#state = state;
    this.#next.abort();
  }

  /** The leases in a table, whichever these are at the time, are to be renewed with each beat. */
  renew(table: SharedArrayBuffer): void {
    this.#tables.push(new LeaseTable(table));
  }

  /** The connection closes, and with the last of its connections the worker is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#next.abort();
    this.#link.destroy();
    await this.#loop;
  }

  async #beatOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#next = createAborter();
      try {
        await this.#beat();
      } catch (error) {
        if (!signal.aborted) this.#events.onFailure(asError(error));
      }
      if (!signal.aborted) await pause(this.#intervalMs, this.#next.signal);
    }
  }

  get #intervalMs(): number {
    return Math.min(this.#options.intervalMs, this.#options.leaseMs / BEATS_A_LEASE);
  }

  async #beat(): Promise<void> {
    const sentAt = SharedMoment.now();
    const leases = this.#tables.flatMap((table) => table.read());
    let from = 0;
    do {
      await this.#beatFor(leases.slice(from, from + MAX_BEAT_JOBS));
      from += MAX_BEAT_JOBS;
    } while (from < leases.length);
    this.#renewed.note(sentAt);
  }

  async #beatFor(leases: readonly LeasedJob[]): Promise<void> {
    const { state, lost = [] } = readAnswer(await this.#call(this.#line(leases)));
    if (lost.length > 0) this.#events.onLost(leases.filter(({ jid }) => lost.includes(jid)));
    if (state === "quiet" || state === "terminate") this.#events.onState(state);
  }

  /** A server that does not know the worker, since it was restarted or has forgotten it, is told again. */
  async #call(line: string): Promise<Reply> {
    try {
      return await this.#link.call(line);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.#link.reconnect();
      return await this.#link.call(line);
    }
  }

  #line(jobs: readonly LeasedJob[]): string {
    const rssKb = Math.round(process.memoryUsage.rss() / 1_024);
    const beat = { wid: this.#options.wid, state: this.#state, rssKb };
    return encodeBeat(jobs.length === 0 ? beat : { ...beat, jobs });
  }
}

/** FWP: OK while it may go on as it does, and else what it should do. */
function readAnswer(reply: Reply): BeatAnswer {
  return reply.kind === "bulk" ? readBeatAnswer(reply.body) : {};
}
