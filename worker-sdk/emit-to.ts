import type { EventEmitter } from "node:events";
import type { WorkerEvents } from "./worker-events.ts";

/**
 * Tells the program's listeners. What one throws is an uncaught exception of the program's, as ever,
 * and does not end what the worker is in the midst of.
 */
export function emitTo<Name extends keyof WorkerEvents>(
  events: EventEmitter<WorkerEvents>,
  name: Name,
  ...args: WorkerEvents[Name]
): void {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types can't see that they fit
    events.emit(name, ...(args as never));
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
