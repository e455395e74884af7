import { parentPort, workerData } from "node:worker_threads";
import type { WorkerState } from "../protocol/worker-state.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";

/** What the thread tells; it is told what the worker does. See ThreadedHeartbeat. */
export type FromThread = { state: WorkerState } | { failure: string };

const tell = (told: FromThread) => parentPort?.postMessage(told);

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only ThreadedHeartbeat starts it
const heartbeat = new Heartbeat(workerData as HeartbeatOptions, {
  onState: (state) => tell({ state }),
  onFailure: ({ message }) => tell({ failure: message }),
});

parentPort?.on("message", (state: WorkerState) => heartbeat.say(state));
