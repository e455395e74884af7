import type { CalledOffJob } from "../../protocol/called-off-job.ts";
import { encodeControlMessage } from "../../protocol/control-message.ts";
import { bulk, type Reply } from "../../protocol/reply.ts";
import type { WorkerState } from "../../protocol/worker-state.ts";

/** A connection over which a worker wants to be told at once what it is to do. */
export interface ControlConnection {
  /** Fires when nobody listens any longer. */
  gone: AbortSignal;
  /** Sends what is no reply. Who does not read what it is told is cut off. */
  tell(message: Reply): void;
}

/**
 * The control connections to this broker, by the worker that they belong to. What they are told they are
 * told once, and what got lost is lost: the answer to the worker's next BEAT says it all again.
 */
export class Controls {
  readonly #listening = new Map<string, Set<ControlConnection>>();

  /** Who listens already goes on to be told each thing once. */
  listen(wid: string, connection: ControlConnection): void {
    const all = this.#listening.get(wid) ?? new Set();
    if (all.has(connection)) return;
    all.add(connection);
    this.#listening.set(wid, all);
    connection.gone.addEventListener("abort", () => this.#forget(wid, connection), { once: true });
    if (connection.gone.aborted) this.#forget(wid, connection);
  }

  /** A job that the worker works on has been called off, on whichever broker. */
  tellCalledOff(wid: string, job: CalledOffJob): void {
    this.#tell(wid, encodeControlMessage({ cancel: [job] }));
  }

  /** The worker's state has changed, on whichever broker. */
  tellState(wid: string, state: WorkerState): void {
    this.#tell(wid, encodeControlMessage({ state }));
  }

  #tell(wid: string, message: string): void {
    for (const connection of this.#listening.get(wid) ?? []) connection.tell(bulk(message));
  }

  #forget(wid: string, connection: ControlConnection): void {
    const all = this.#listening.get(wid);
    all?.delete(connection);
    if (all?.size === 0) this.#listening.delete(wid);
  }
}
