import { type CalledOffJob, encodeCalledOffJob, findCalledOffJob } from "./called-off-job.ts";
import type { WorkerState } from "./worker-state.ts";

/** What a worker is told: in answer to a BEAT, or over a connection that has sent CONTROL. */
export interface ControlMessage {
  /** Absent while the worker is to go on as it does. */
  state?: WorkerState;
  /** The jobs that are called off: the worker is to stop them, and to say how they ended. */
  cancel?: CalledOffJob[];
}

export function encodeControlMessage({ cancel, state }: ControlMessage): string {
  return JSON.stringify({ state, cancel: cancel?.map(encodeCalledOffJob) });
}

export function readControlMessage(body: Buffer): ControlMessage {
  return findControlMessage(JSON.parse(body.toString()));
}

/** Passes over what a newer server may have to tell besides. */
export function findControlMessage(told: unknown): ControlMessage {
  const message: ControlMessage = {};
  if (typeof told !== "object" || told === null) return message;
  if ("state" in told && (told.state === "quiet" || told.state === "terminate")) {
    message.state = told.state;
  }
  if ("cancel" in told && Array.isArray(told.cancel)) {
    const jobs = told.cancel.map(findCalledOffJob);
    message.cancel = jobs.filter((job) => job !== undefined);
  }
  return message;
}
