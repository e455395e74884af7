import type { EventEmitter } from "node:events";
import type { WorkerState } from "../protocol/worker-state.ts";
import { HeldLeases } from "./held-leases.ts";
import type { Job } from "./job.ts";
import { LeaseAlarm } from "./lease-alarm.ts";
import type { LinkOptions } from "./link.ts";
import type { Logger } from "./logger.ts";
import { SharedMoment } from "./shared-moment.ts";
import { tellListeners } from "./tell-listeners.ts";
import { ThreadedHeartbeat } from "./threaded-heartbeat.ts";
import type { WorkerEvents } from "./worker-events.ts";

/** So soon a job learns that it was cancelled, should nothing have told it before. */
const BEAT_INTERVAL_MS = 5_000;

/** FWP: a worker beats every 10 to 15 seconds. A classic server has nothing to tell but that it stops. */
const CLASSIC_BEAT_INTERVAL_MS = 15_000;

export interface LivenessOptions {
  link: LinkOptions;
  wid: string;
  leaseMs: number;
  beatIntervalMs: number | undefined;
  hasControl: boolean;
  events: EventEmitter<WorkerEvents>;
  log: Logger;
  /** The server wants the worker to go quiet, or to stop. */
  onState: (state: WorkerState) => void;
}

/** What the server is told so that it takes a worker for alive, and its jobs for the worker's own. */
export class Liveness {
  readonly leases = new HeldLeases((table) => this.#heartbeat?.renew(table));
  readonly alarm: LeaseAlarm;
  readonly #options: LivenessOptions;
  readonly #renewed = new SharedMoment();
  #heartbeat: ThreadedHeartbeat | undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
    const { leases } = this;
    this.alarm = new LeaseAlarm({
      leases,
      leaseMs: options.leaseMs,
      renewed: this.#renewed,
      onRisk: (jobs) => this.#tellOfRisk(jobs.map(({ job }) => job)),
    });
  }

  /** Resolves when heartbeats go out, so that a job which comes then is renewed in time. */
  async start(): Promise<void> {
    const { log, onState, wid, leaseMs, beatIntervalMs, hasControl } = this.#options;
    const { random: _, ...link } = this.#options.link;
    const intervalMs = beatIntervalMs ?? BEAT_INTERVAL_MS;
    const { memory: renewed } = this.#renewed;
    this.#heartbeat = new ThreadedHeartbeat(
      { link, wid, intervalMs, leaseMs, hasControl, renewed },
      {
        onState,
        onCancel: (jobs) => this.leases.cancel(jobs),
        onLost: (leases) => this.leases.lose(leases),
        onFailure: (err) => log.warn({ event: "heartbeat.failed", err }),
        onControlLost: (err) => log.debug({ event: "control.lost", err }),
      },
    );
    this.alarm.start();
    await this.#heartbeat.ready;
  }

  /** Tells at once what the worker does from now on. */
  say(state: WorkerState): void {
    this.#heartbeat?.say(state);
  }

  /** The server has been found to be a classic one. */
  becomeClassic(): void {
    if (this.#options.beatIntervalMs === undefined) this.#heartbeat?.pace(CLASSIC_BEAT_INTERVAL_MS);
  }

  async stop(): Promise<void> {
    this.alarm.stop();
    await this.#heartbeat?.stop();
  }

  #tellOfRisk(jobs: Job[]): void {
    const { events, log } = this.#options;
    log.warn({ event: "worker.leases-at-risk", count: jobs.length });
    tellListeners(() => events.emit("leasesAtRisk", jobs));
  }
}
