import { CommandError, echo } from "../../protocol/errors.ts";
import type { WorkerState } from "../../protocol/worker-state.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Store, WorkerBeat, WorkerDetails } from "../store/store.ts";

/** One connection of a worker process on this broker. */
export interface WorkerConnection {
  /** Fires when the client has gone. */
  gone: AbortSignal;
  close(reason: string): void;
}

/** A worker process that has at least one connection to this broker. */
interface LocalWorker {
  state: WorkerState;
  connections: Set<WorkerConnection>;
}

/** Takes away what workers have got before they fell silent. */
type Recover = (wids: ReadonlySet<string>, before: number) => Promise<void>;

/** FWP: a worker that has not beaten for so long is taken for dead. */
export const SILENCE_MS = 60_000;

/** The worker processes: who is there, and whether it still wants jobs. FWP: running → quiet → terminate. */
export class Workers {
  /** Whether those that have beaten, and stop, lose what they work on. */
  recoversSilent = true;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #local = new Map<string, LocalWorker>();

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
  }

  async register(details: WorkerDetails, connection: WorkerConnection): Promise<void> {
    const state = await this.#store.registerWorker(details);
    const worker = this.#local.get(details.wid) ?? { state, connections: new Set() };
    worker.state = state;
    worker.connections.add(connection);
    this.#local.set(details.wid, worker);
    if (connection.gone.aborted) await this.disconnect(details.wid, connection);
  }

  /** FWP: with its last connection a worker is forgotten at once. */
  async disconnect(wid: string, connection: WorkerConnection): Promise<void> {
    const worker = this.#local.get(wid);
    if (worker === undefined || !worker.connections.delete(connection)) return;
    if (worker.connections.size === 0) this.#local.delete(wid);
    try {
      await this.#store.disconnectWorker(wid);
    } catch (err) {
      // It is forgotten a minute after its last beat.
      this.#log.warn({ event: "worker.not-disconnected", wid, err });
    }
  }

  async beat(beat: WorkerBeat): Promise<WorkerState> {
    const state = await this.#store.beat(beat);
    if (state === undefined) {
      // Faktory has it in lower case since 2022; Go's worker library still looks for the old spelling.
      throw new CommandError(`unknown worker ${echo(beat.wid)}: Unknown worker, say HELLO again`);
    }
    this.noteState(beat.wid, state);
    return state;
  }

  /** Word of changed states, or of forgotten workers, may have got lost: looks how it is now. */
  async refresh(): Promise<void> {
    for (const wid of this.#local.keys()) {
      try {
        const state = await this.#store.findWorkerState(wid);
        if (state === undefined) this.closeForgotten(wid);
        else this.noteState(wid, state);
      } catch (err) {
        // The connection has gone again; when it is back, this is done again.
        this.#log.debug({ event: "worker.not-refreshed", wid, err });
      }
    }
  }

  /** A worker's state has changed, on whichever broker. */
  noteState(wid: string, state: WorkerState): void {
    const worker = this.#local.get(wid);
    if (worker !== undefined) worker.state = state;
  }

  /** Quiet workers get no more jobs, on any of their connections. */
  mayFetch(wid: string): boolean {
    return wid === "" || (this.#local.get(wid)?.state ?? "running") === "running";
  }

  /**
   * Forgets workers that are taken for dead, a bounded number of them.
   * @param recover takes away what they work on, and comes first: it must not be forgotten with them
   * @returns how many were forgotten, and how many were looked at: those whose connections have closed
   *   were forgotten before
   */
  async forgetSilent(recover: Recover): Promise<{ forgotten: number; silent: number }> {
    const now = this.#clock.now();
    const silent = await this.#store.silentWorkers(SILENCE_MS);
    if (silent.length === 0) return { forgotten: 0, silent: 0 };
    const dead = silent.filter(({ hasBeaten }) => hasBeaten).map(({ wid }) => wid);
    // What one gets after this moment, it gets because it is back.
    if (dead.length > 0 && this.recoversSilent) await recover(new Set(dead), now);
    const wids = silent.map(({ wid }) => wid);
    const forgotten = await this.#store.forgetWorkers(wids, now - SILENCE_MS);
    for (const wid of forgotten) this.#log.warn({ event: "worker.forgotten", wid });
    return { forgotten: forgotten.length, silent: silent.length };
  }

  /** FWP: a worker that was forgotten loses its connections, and so learns of it. */
  closeForgotten(wid: string): void {
    const worker = this.#local.get(wid);
    this.#local.delete(wid);
    for (const connection of worker?.connections ?? []) connection.close("its worker sent no BEAT");
  }
}
