/** What a worker process is doing; it only ever moves to the right. FWP: BEAT. */
export type WorkerState = "running" | "quiet" | "terminate";
