import { CommandError } from "../../protocol/errors.ts";
import type { Failure, FailureReport } from "../../protocol/failure.ts";
import type { Job } from "../../protocol/job.ts";
import type { WorkerState } from "../../protocol/worker-state.ts";

/**
 * What the rules need of a store. Each method is one transition: it happens whole or not at all,
 * and has been kept for good when its promise resolves. All of them reject with StoreUnavailable
 * when the store can't be reached.
 */
export interface Store {
  /** False when the job is live already: it stays as it was. */
  push(job: NewJob): Promise<boolean>;
  reserve(request: ReserveRequest): Promise<Reserved | undefined>;
  /** Undoes a reservation that never reached its worker. */
  release(reserved: Reserved): Promise<void>;
  /** False when the job is not being worked on. */
  ack(jid: string): Promise<boolean>;
  fail(failed: FailedJob): Promise<FailOutcome>;

  /** Puts due jobs into their queues, a bounded number of them. */
  promote(): Promise<Promoted>;
  /** The reservations that end first, overdue or not, a bounded number of them. */
  firstDeadlines(): Promise<Deadline[]>;
  purgeDead(limits: { diedBefore: number; keep: number }): Promise<number>;

  registerWorker(worker: WorkerDetails): Promise<WorkerState>;
  /** Undefined when the worker is not known. */
  beat(beat: WorkerBeat): Promise<WorkerState | undefined>;
  disconnectWorker(wid: string): Promise<void>;
  /** Forgets workers that have not beaten since, a bounded number of them. */
  forgetWorkers(silentSince: number): Promise<string[]>;

  sizes(): Promise<StoreSizes>;
  flush(): Promise<void>;

  /** Tells of what other brokers have changed, and of what happens to workers anywhere. */
  onNotice(listener: (notice: Notice) => void): void;
}

/** The store can't be reached, or did not answer in time: whether it did what was asked is unknown. */
export class StoreUnavailable extends CommandError {}

export interface NewJob extends Job {
  enqueuedAt?: number;
}

export interface ReserveRequest {
  wid: string;
  /** The first that has a job gives it. */
  queues: readonly string[];
}

export interface Reserved {
  jid: string;
  queue: string;
  /** How many jobs that queue has left. */
  left: number;
  text: Buffer;
  enqueuedAt: number | undefined;
  failure: Failure | undefined;
  /** Names the hand-out, so that only this one is undone by a release. */
  call: string;
}

export interface FailedJob {
  jid: string;
  report: FailureReport;
  /** A whole number from 0 to 29, the random part of the back-off. */
  jitter: number;
  /** "expired" counts only when the reservation has run out by now. */
  cause: "reported" | "expired";
}

export type FailOutcome =
  | { kind: "retried"; at: number }
  | { kind: "died" }
  | { kind: "discarded" }
  | { kind: "unknown" };

export interface Promoted {
  scheduled: number;
  retries: number;
  /** When the next job is due; in the past when there was more to promote than one call does. */
  nextAt: number | undefined;
  /** Queues that got a job. */
  queues: string[];
}

/** When a reservation ends. */
export interface Deadline {
  jid: string;
  at: number;
}

export interface WorkerDetails {
  wid: string;
  hostname: string;
  pid: number;
  labels: string[];
  rssKb: number;
}

/** What a worker tells of itself, again and again. */
export interface WorkerBeat {
  wid: string;
  state: WorkerState;
  rssKb: number;
}

export interface StoreSizes {
  queues: Map<string, number>;
  scheduled: number;
  retries: number;
  working: number;
  dead: number;
  workers: number;
  processed: number;
  failures: number;
}

export type Notice =
  | { kind: "queue"; queue: string }
  | { kind: "worker"; wid: string; state: WorkerState | "forgotten" }
  /** Notices may have been missed: nothing that was concluded from them holds any longer. */
  | { kind: "reconnected" };
