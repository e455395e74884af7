import type { LatencyFigures } from "./histogram.ts";

/** What a load generator is asked to do. */
export type Plan = CommonPlan & LoadOptions;

interface CommonPlan {
  host: string;
  port: number;
  connections: number;
  /** The length of a job's JSON text, as the client sends it. */
  jobBytes: number;
  queues: readonly string[];
  /** Whether connections ask for leases, and name them in ACK and BEAT. */
  hasLeases?: boolean;
  /** How long the load runs before it is measured. */
  warmUpMs: number;
  measureMs: number;
  /** Processes whose CPU time is read when the measured time begins, and when it ends. */
  pids: Readonly<Record<string, number>>;
}

export type LoadOptions =
  /** Every connection: PUSH, FETCH, ACK, and again. */
  | { load: "cycle" }
  /** As Faktory's own load program: half the connections PUSH, the others FETCH and ACK. */
  | { load: "halves" }
  /** Every connection: PUSH. */
  | { load: "push" }
  /** Every connection: PUSHB. */
  | { load: "pushb"; jobsPerCommand: number }
  /** So many jobs by PUSHB, as fast as possible, without a time limit. */
  | { load: "fill"; count: number; at?: string }
  /** Every connection: FETCH, ACK. Ends early when so many, all that are queued, have been done. */
  | { load: "process"; count: number }
  /** Every connection parks a FETCH; other connections PUSH at a steady rate. */
  | { load: "wake"; jobsPerSecond: number }
  /** Every connection parks a FETCH; so many jobs become due, evenly spread over the time given. */
  | { load: "due"; count: number; overMs: number }
  /** The SDK's alone: one job at a time for a worker that waits. */
  | { load: "idle" }
  /** The SDK's alone: FETCH, ACK of so many jobs, without a time limit, and a look at its memory. */
  | { load: "work off"; count: number }
  /** Every connection parks a FETCH, and nothing comes. */
  | { load: "parked" };

/** What came of it, within the measured time. */
export interface LoadResult {
  /** Jobs done; what counts as done says the load. */
  jobs: number;
  seconds: number;
  /** Of the processes in `pids`, and of the generator itself. */
  cpuMs: Record<string, number>;
  /** By command, or whatever else the load takes the time of. */
  latency: Record<string, LatencyFigures>;
  /** Jobs that came before they were due. */
  early: number;
  /** Memory of the generator, from time to time, where the load is about that. */
  rssMiB?: number[];
}

export type MessageFromGenerator =
  | { kind: "begins" }
  | { kind: "ends" }
  | { kind: "result"; result: LoadResult };
