import { parentPort, workerData } from "node:worker_threads";
import type { WorkerState } from "../protocol/worker-state.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";
import type { LeaseChange } from "./held-leases.ts";

/** What the thread is told. See ThreadedHeartbeat. */
export type ToThread = { state: WorkerState } | LeaseChange;

/** And what it tells. */
export type FromThread =
  | { state: WorkerState }
  | { lost: string[] }
  | { isAtRisk: boolean }
  | { failure: string };

const tell = (told: FromThread) => parentPort?.postMessage(told);

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only ThreadedHeartbeat starts it
const heartbeat = new Heartbeat(workerData as HeartbeatOptions, {
  onState: (state) => tell({ state }),
  onLost: (lost) => tell({ lost }),
  onRisk: (isAtRisk) => tell({ isAtRisk }),
  onFailure: ({ message }) => tell({ failure: message }),
});

parentPort?.on("message", (told: ToThread) => {
  if ("state" in told) heartbeat.say(told.state);
  else heartbeat.change(told);
});
