import type { CalledOffJob } from "../protocol/called-off-job.ts";
import {
  type BeatAnswer,
  encodeBeat,
  type LeasedJob,
  readBeatAnswer,
} from "../protocol/commands/beat.ts";
import type { ControlMessage } from "../protocol/control-message.ts";
import { MAX_BEAT_JOBS } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { WorkerState } from "../protocol/worker-state.ts";
import { createAborter } from "./aborter.ts";
import { asError } from "./as-error.ts";
import { Control } from "./control.ts";
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
  /** Whether the server is asked to tell at once what else it would tell with the next beat. */
  hasControl: boolean;
  /** Of the SharedMoment at which the last beat that arrived was sent. */
  renewed: SharedArrayBuffer;
}

export interface HeartbeatEvents {
  /** The server wants the worker to go quiet, or to stop. */
  onState: (state: WorkerState) => void;
  /** These jobs are somebody else's by now. */
  onLost: (leases: LeasedJob[]) => void;
  /** These jobs were called off. Each beat that names one may tell it again. */
  onCancel: (jobs: CalledOffJob[]) => void;
  /** A beat did not arrive. */
  onFailure: (error: Error) => void;
  /** There is no control connection for now, or none at all on this server. */
  onControlLost: (error: Error) => void;
}

/** So many beats a lease: two may fail. */
const BEATS_A_LEASE = 3;

/** A connection may be dead, and nobody says so: of each lease there is time to find that out, and for another. */
const TRIES_A_LEASE = 6;

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
  readonly #control: Control | undefined;
  readonly #tables: LeaseTable[] = [];
  readonly #renewed: SharedMoment;
  #intervalMs: number;
  #state: WorkerState = "running";
  /** Ends the pause before the next beat. */
  #next = createAborter();

  constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
    this.#options = options;
    this.#events = events;
    this.#link = new Link({ ...options.link, random: Math.random });
    this.#renewed = new SharedMoment(options.renewed);
    this.#intervalMs = options.intervalMs;
    this.#loop = this.#beatOn();
    if (!options.hasControl) return;
    this.#control = new Control(options.link, {
      onMessage: (message) => this.#hear(message),
      onLost: (error) => events.onControlLost(error),
    });
  }

  /** Tells at once what the worker does from now on. */
  say(state: WorkerState): void {
    this.#state = state;
    this.#next.abort();
  }

  /** So long it waits between two beats, at the most, from the next one on. */
  pace(intervalMs: number): void {
    this.#intervalMs = intervalMs;
  }

  /** The leases in a table, whichever these are at the time, are to be renewed with each beat. */
  renew(table: SharedArrayBuffer): void {
    this.#tables.push(new LeaseTable(table));
  }

  /** The connection closes, and with the last of its connections the worker is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#next.abort();
    this.#control?.stop();
    this.#link.destroy();
    await this.#loop;
  }

  async #beatOn(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#next = createAborter();
      const startedAt = performance.now();
      let intervalMs = Math.min(this.#intervalMs, this.#options.leaseMs / BEATS_A_LEASE);
      try {
        await this.#beat();
      } catch (error) {
        if (!signal.aborted) this.#events.onFailure(asError(error));
        intervalMs = Math.min(intervalMs, this.#tryMs);
      }
      // From when it was sent: a server that is slow to answer has its beats as often.
      const leftMs = Math.max(0, intervalMs - (performance.now() - startedAt));
      if (!signal.aborted) await pause(leftMs, this.#next.signal);
    }
  }

  /** How long an answer is waited for. */
  get #tryMs(): number {
    return Math.min(this.#options.link.callTimeoutMs, this.#options.leaseMs / TRIES_A_LEASE);
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
    const answer = readAnswer(await this.#call(this.#line(leases)));
    const { lost = [] } = answer;
    const isLost = new Set(lost);
    if (isLost.size > 0) this.#events.onLost(leases.filter(({ jid }) => isLost.has(jid)));
    this.#hear(answer);
  }

  #hear({ state, cancel = [] }: ControlMessage): void {
    if (cancel.length > 0) this.#events.onCancel(cancel);
    if (state === "quiet" || state === "terminate") this.#events.onState(state);
  }

  /** A server that does not know the worker, since it was restarted or has forgotten it, is told again. */
  async #call(line: string): Promise<Reply> {
    const options = { timeoutMs: this.#tryMs };
    try {
      return await this.#link.call(line, options);
    } catch (error) {
      // Who has not answered in time may be gone, and nobody said so.
      this.#link.reconnect();
      if (!(error instanceof ServerError)) throw error;
      return await this.#link.call(line, options);
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
