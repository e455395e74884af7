import { parentPort, workerData } from "node:worker_threads";
import type { CalledOffJob } from "../protocol/called-off-job.ts";
import type { LeasedJob } from "../protocol/commands/beat.ts";
import type { WorkerState } from "../protocol/worker-state.ts";
import { Heartbeat, type HeartbeatOptions } from "./heartbeat.ts";

/** What the thread is told. See ThreadedHeartbeat. */
export type ToThread =
  | { state: WorkerState }
  | { intervalMs: number }
  | { table: SharedArrayBuffer };

/** And what it tells. */
export type FromThread =
  | { isReady: true }
  | { state: WorkerState }
  | { lost: LeasedJob[] }
  | { cancel: CalledOffJob[] }
  | { failure: string }
  | { controlLost: string };

const tell = (told: FromThread) => parentPort?.postMessage(told);

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only ThreadedHeartbeat starts it
const heartbeat = new Heartbeat(workerData as HeartbeatOptions, {
  onState: (state) => tell({ state }),
  onLost: (lost) => tell({ lost }),
  onCancel: (cancel) => tell({ cancel }),
  onControlLost: ({ message }) => tell({ controlLost: message }),
  onFailure: ({ message }) => tell({ failure: message }),
});

parentPort?.on("message", (told: ToThread) => {
  if ("state" in told) heartbeat.say(told.state);
  else if ("table" in told) heartbeat.renew(told.table);
  else heartbeat.pace(told.intervalMs);
});

tell({ isReady: true });
