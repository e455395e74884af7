import { extname } from "node:path";
import { Worker as Thread } from "node:worker_threads";
import type { WorkerState } from "../protocol/worker-state.ts";
import { Heartbeat, type HeartbeatEvents, type HeartbeatOptions } from "./heartbeat.ts";
import type { FromThread, ToThread } from "./heartbeat-thread.ts";

/**
 * A heartbeat in a thread of its own, which goes on while handlers keep JavaScript busy: a server
 * forgets a worker that is silent for a minute. Where no thread can be had, as in a program that was
 * bundled into one file, it beats here.
 */
export class ThreadedHeartbeat {
  #options: HeartbeatOptions;
  readonly #events: HeartbeatEvents;
  /** Should the thread be lost. */
  readonly #tables: SharedArrayBuffer[] = [];
  #thread: Thread | undefined;
  #ownBeat: Heartbeat | undefined;
  #state: WorkerState = "running";
  #isStopping = false;
  #onReady = () => {};
  /** Resolves when it beats, so that a lease which begins from then on is renewed in time. */
  readonly ready: Promise<void>;

  constructor(options: HeartbeatOptions, events: HeartbeatEvents) {
    this.#options = options;
    this.#events = events;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    try {
      this.#thread = this.#startThread();
    } catch {
      // A bundle in which a module has no address, or options that can't be sent to a thread.
      this.#beatHere();
    }
  }

  say(state: WorkerState): void {
    this.#state = state;
    this.#post({ state });
    this.#ownBeat?.say(state);
  }

  /** So long it waits between two beats, at the most, from the next one on. */
  pace(intervalMs: number): void {
    this.#options = { ...this.#options, intervalMs };
    this.#post({ intervalMs });
    this.#ownBeat?.pace(intervalMs);
  }

  /** The leases in a table, whichever these are at the time, are to be renewed with each beat. */
  renew(table: SharedArrayBuffer): void {
    this.#tables.push(table);
    this.#post({ table });
    this.#ownBeat?.renew(table);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#thread?.terminate();
    await this.#ownBeat?.stop();
  }

  #startThread(): Thread {
    const file = `./heartbeat-thread${extname(import.meta.url)}`;
    const thread = new Thread(new URL(file, import.meta.url), { workerData: this.#options });
    thread.on("message", (told: FromThread) => this.#hear(told));
    thread.on("error", (error) => this.#events.onFailure(error));
    thread.on("exit", () => this.#beatHere());
    return thread;
  }

  #post(told: ToThread): void {
    this.#thread?.postMessage(told);
  }

  #hear(told: FromThread): void {
    if ("isReady" in told) this.#onReady();
    else if ("state" in told) this.#events.onState(told.state);
    else if ("lost" in told) this.#events.onLost(told.lost);
    else if ("cancel" in told) this.#events.onCancel(told.cancel);
    else if ("controlLost" in told) this.#events.onControlLost(new Error(told.controlLost));
    else this.#events.onFailure(new Error(told.failure));
  }

  /** There is no thread, or it has ended and not because it was told to. */
  #beatHere(): void {
    this.#thread = undefined;
    this.#onReady();
    if (this.#isStopping) return;
    this.#ownBeat = new Heartbeat(this.#options, this.#events);
    if (this.#state !== "running") this.#ownBeat.say(this.#state);
    for (const table of this.#tables) this.#ownBeat.renew(table);
  }
}
