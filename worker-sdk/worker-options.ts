import type { ServerOptions } from "./client-options.ts";
import type { Logger } from "./logger.ts";
import type { Outcome } from "./outcome.ts";
import type { QueueSelection } from "./queue-order.ts";
import type { JobSchemas } from "./standard-schema.ts";

export interface WorkerOptions<Jobs> extends ServerOptions {
  /**
   * `["critical", "default"]`: as long as the first has jobs, the second gives none.
   * `{ critical: 3, default: 1 }`: the first comes first three times out of four. By default the queue
   * `default`.
   */
  queues?: QueueSelection | undefined;
  /** How many jobs are run at once, 10 by default. */
  concurrency?: number | undefined;
  /** Milliseconds that jobs have to end at a shutdown, before their signals fire; 25,000 by default. */
  shutdownTimeoutMs?: number | undefined;
  /** Milliseconds that a handler has to end after its signal has fired; 1,000 by default. */
  graceMs?: number | undefined;
  /**
   * Milliseconds between two heartbeats, at the most; 5,000 by default, and 15,000 on a classic Faktory. A
   * server forgets who is silent for 60,000.
   */
  beatIntervalMs?: number | undefined;
  /**
   * Whether a connection is kept over which the server tells at once that a job was cancelled, or that the
   * worker is to stop; true by default. Without it, and on a classic Faktory, the next heartbeat tells.
   */
  control?: boolean | undefined;
  /**
   * Seconds after which a job that has begun is given to somebody else when no heartbeat arrives any
   * longer, 2 to 3,600; 30 by default. There are at least three heartbeats in it. On a classic Faktory a
   * job's reserveFor counts instead.
   */
  leaseSeconds?: number | undefined;
  /** The worker's name, at random by default; no two that run at the same time may have the same. */
  wid?: string | undefined;
  /** For people who look at the list of workers. */
  labels?: readonly string[] | undefined;
  /** Where it tells what it does; nowhere by default. */
  log?: Logger | undefined;
  /** Validators of the arguments of some types; a handler gets their output. */
  schemas?: JobSchemas<Jobs> | undefined;
}

export interface StopOptions {
  /** In the place of shutdownTimeoutMs. A further call may shorten it. */
  timeoutMs?: number | undefined;
}

/** What became of the jobs that were running, or still arrived, when the worker was stopped. */
export interface StopReport {
  jobs: StoppedJob[];
}

export interface StoppedJob {
  jid: string;
  type: string;
  /**
   * `done`, `discarded`, `failed`, `snoozed` or `cancelled` as at any time; `handedBack` when it was not finished in time;
   * `expired` when its reservation had ended; `unreported` when the server could not be told, and
   * gives it to somebody else when its reservation ends.
   */
  outcome: Outcome["kind"] | "unreported";
}
