import { type BeatAnswer, encodeBeat, readBeatAnswer } from "../protocol/commands/beat.ts";
import type { Reply } from "../protocol/reply.ts";
import type { WorkerState } from "../protocol/worker-state.ts";
import { createAborter } from "./aborter.ts";
import { asError } from "./as-error.ts";
import { ServerError } from "./errors.ts";
import type { LeaseChange } from "./held-leases.ts";
import { Link, type LinkOptions } from "./link.ts";
import { pause } from "./pause.ts";
import { startTimer } from "./timer.ts";

export interface HeartbeatOptions {
  /** With the wid in its hello. */
  link: Omit<LinkOptions, "random">;
  wid: string;
  intervalMs: number;
  /** How long a lease lasts that is not renewed. */
  leaseMs: number;
}

export interface HeartbeatEvents {
  /** The server wants the worker to go quiet, or to stop. */
  onState: (state: WorkerState) => void;
  /** These jobs are somebody else's by now. */
  onLost: (jids: string[]) => void;
  /** Whether leases are about to end, since no beat has arrived for most of their time. */
  onRisk: (isAtRisk: boolean) => void;
  /** A beat did not arrive. */
  onFailure: (error: Error) => void;
}

/** So many beats a lease: two may fail. */
const BEATS_A_LEASE = 3;

/** Where a lease is at risk: there is some time left to do something about it. */
const RISK = 2 / 3;

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
  readonly #tokens = new Map<string, number>();
  #state: WorkerState = "running";
  #isAtRisk = false;
  #riskTimer: NodeJS.Timeout | undefined;
  /** Ends the pause before the next beat. */
  #next = createAborter();

  constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
    this.#options = options;
    this.#events = events;
    this.#link = new Link({ ...options.link, random: Math.random });
    this.#loop = this.#beatOn();
  }

  /** Tells at once what the worker does from now on. */
  say(state: WorkerState): void {
    this.#state = state;
    this.#next.abort();
  }

  change(change: LeaseChange): void {
    if ("hold" in change) {
      // Those that were just fetched have all their time.
      if (this.#tokens.size === 0) this.#watchRisk();
      for (const { jid, token } of change.hold) this.#tokens.set(jid, token);
    } else {
      for (const { jid, token } of change.release) {
        if (this.#tokens.get(jid) === token) this.#tokens.delete(jid);
      }
    }
  }

  /** The connection closes, and with the last of its connections the worker is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#next.abort();
    clearTimeout(this.#riskTimer);
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
    const { state, lost = [] } = readAnswer(await this.#call());
    this.#watchRisk();
    if (lost.length > 0) this.#events.onLost(lost);
    if (state === "quiet" || state === "terminate") this.#events.onState(state);
  }

  /** All is well now; unless it is again before long, leases are at risk. */
  #watchRisk(): void {
    clearTimeout(this.#riskTimer);
    if (this.#isAtRisk) this.#noteRisk(false);
    if (this.#stopping.signal.aborted) return;
    const ms = this.#options.leaseMs * RISK;
    this.#riskTimer = startTimer(() => {
      if (this.#tokens.size > 0) this.#noteRisk(true);
    }, ms);
    this.#riskTimer.unref();
  }

  #noteRisk(isAtRisk: boolean): void {
    this.#isAtRisk = isAtRisk;
    this.#events.onRisk(isAtRisk);
  }

  /** A server that does not know the worker, since it was restarted or has forgotten it, is told again. */
  async #call(): Promise<Reply> {
    try {
      return await this.#link.call(this.#line());
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.#link.reconnect();
      return await this.#link.call(this.#line());
    }
  }

  #line(): string {
    const rssKb = Math.round(process.memoryUsage.rss() / 1_024);
    const beat = { wid: this.#options.wid, state: this.#state, rssKb };
    if (this.#tokens.size === 0) return encodeBeat(beat);
    const jobs = [...this.#tokens].map(([jid, token]) => ({ jid, token }));
    return encodeBeat({ ...beat, jobs });
  }
}

/** FWP: OK while it may go on as it does, and else what it should do. */
function readAnswer(reply: Reply): BeatAnswer {
  return reply.kind === "bulk" ? readBeatAnswer(reply.body) : {};
}
