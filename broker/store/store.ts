import type { Attempt } from "../../protocol/attempt.ts";
import type { CalledOffJob } from "../../protocol/called-off-job.ts";
import type { Cancel } from "../../protocol/cancel.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { Failure, FailureReport } from "../../protocol/failure.ts";
import type { Job } from "../../protocol/job.ts";
import type { JobState } from "../../protocol/job-state.ts";
import type { Progress, ProgressReport, StallPolicy } from "../../protocol/progress.ts";
import type { WorkerState } from "../../protocol/worker-state.ts";
import type { BatchStore } from "./batch-store.ts";

export type { BatchStore, BeginOutcome, ListPlace, NewBatch } from "./batch-store.ts";

/**
 * What the rules need of a store. Each method is one transition: it happens whole or not at all,
 * and has been kept for good when its promise resolves. All of them reject with StoreUnavailable
 * when the store can't be reached.
 */
export interface Store {
  readonly queues: QueueStore;
  readonly waiting: WaitingStore;
  readonly catalogue: CatalogueStore;
  readonly cancels: CancelStore;
  readonly progress: ProgressStore;
  readonly batches: BatchStore;
  readonly figures: FigureStore;

  push(job: NewJob): Promise<PushOutcome>;
  /**
   * Rejects with UnreadableJob when that is what came: it is out of the way then. Where nothing came
   * because so many jobs were called off that it had to stop, notices of the queues say so before.
   */
  reserve(request: ReserveRequest): Promise<Reserved | undefined>;
  /** Undoes a reservation that never reached its worker. */
  release(reserved: Reserved): Promise<void>;
  /** The same for a worker that gives its job back. */
  handBack(held: HeldJob): Promise<HandBackOutcome>;
  /** Puts it off, without a failure. Rejects with UnreadableJob when nothing could be noted. */
  snooze(snoozed: SnoozedJob): Promise<SnoozeOutcome>;
  ack(held: HeldJob): Promise<AckOutcome>;
  /** The same, and it is kept. Rejects with UnreadableJob when nothing could be noted. */
  complete(completed: CompletedJob): Promise<AckOutcome>;
  /** Rejects with UnreadableJob when another broker has to be told. */
  fail(failed: FailedJob): Promise<FailOutcome>;

  /** Renews leases, each for as long as it was at first. */
  renew(held: HeldJob): Promise<RenewOutcome>;
  /**
   * Notes that a broker is there, to which leases can be renewed. Resolves with a number that is another one
   * when jobs may have come into a queue since the last time.
   */
  keepAlive(): Promise<number>;
  /** Undefined for a job that is nowhere: unknown, done or discarded. */
  locate(jid: string): Promise<JobLocation | undefined>;

  /** The reservations that end first, overdue or not, a bounded number of them. */
  firstDeadlines(): Promise<Deadline[]>;
  /** Deletes some of the jobs that are done and have been kept for their time. */
  forgetDone(): Promise<{ count: number; nextAt: number | undefined }>;
  purgeDead(limits: { diedBefore: number; keep: number }): Promise<number>;
  /** Deletes the counts of the days before that of this time. */
  purgeHistory(before: number): Promise<number>;

  registerWorker(worker: WorkerDetails): Promise<WorkerState>;
  /** Undefined when the worker is not known. */
  beat(beat: WorkerBeat): Promise<WorkerState | undefined>;
  /** What the store has of a worker; undefined when it is not known. */
  findWorkerState(wid: string): Promise<WorkerState | undefined>;
  disconnectWorker(wid: string): Promise<void>;
  /** Workers that have not beaten for so long, a bounded number of them. */
  silentWorkers(silenceMs: number): Promise<SilentWorker[]>;
  /** Forgets those of them that have not beaten since; resolves with who that was. */
  forgetWorkers(wids: readonly string[], silentSince: number): Promise<string[]>;
  /** What these workers got before that time, without a lease, and are working on. */
  handedTo(wids: ReadonlySet<string>, before: number): AsyncIterable<HandOut>;

  sizes(): Promise<StoreSizes>;
  flush(): Promise<void>;

  /** Tells of what other brokers have changed, and of what happens to workers anywhere. */
  onNotice(listener: (notice: Notice) => void): void;
}

/**
 * What can be done to whole queues: each of them is one transition, however many are named. `*` is
 * every queue that is there when the call begins.
 */
export interface QueueStore {
  pause(queues: QueueSelection): Promise<void>;
  resume(queues: QueueSelection): Promise<void>;
  /** Their jobs are no longer live at once, and are deleted bit by bit by deleteRemoved. */
  remove(queues: QueueSelection): Promise<void>;
  /** Of every queue that is known all the while. */
  names(): Promise<string[]>;
  /** When the job that has waited longest in each was put there; undefined for an empty one. */
  waitingSince(queues: QueueSelection): Promise<Map<string, number | undefined>>;
}

/** Jobs that wait for a time, or for a person. */
export interface WaitingStore {
  /**
   * Of `scheduled` and of `retries` those that are due by that time, a bounded number of each, the
   * first first; and the one that is due next.
   */
  firstDue(by: number): Promise<DueJob[]>;
  /** Puts into their queues those that are still where they are said to be, and due by that time. */
  enqueue(jobs: readonly PlacedJob[], dueBy: number): Promise<Enqueued[]>;
  /** Why `enqueue` leaves a dead job where it is; undefined where it does not. */
  findHold(jid: string): Promise<JobHold | undefined>;
  discard(jobs: readonly PlacedJob[]): Promise<void>;
  kill(jobs: readonly PlacedJob[]): Promise<void>;
  /** Empties a set at once; its jobs go the way of those of removed queues. */
  clear(set: WaitingSet): Promise<void>;
  /** Every job that is in the set all the while, in parts. */
  scan(set: WaitingSet): AsyncIterable<StoredJob[]>;
  /** Deletes some of what was removed; resolves with how many jobs, 0 when nothing is left. */
  deleteRemoved(): Promise<number>;
}

/** Single jobs, wherever they are. */
export interface CatalogueStore {
  /** Undefined for a job that is nowhere. Rejects with UnreadableJob for one that can't be read. */
  find(jid: string): Promise<FoundJob | undefined>;
  /**
   * The jobs of these sections in their order, one after another: so many at the most, and no more after
   * about a mebibyte. There may be others behind them unless it is the end. A group stands alone.
   */
  read(sections: readonly Section[], limit: number): Promise<{ jobs: ListedJob[]; isEnd: boolean }>;
  /** Rejects with UnreadableJob for one that may be in any queue. */
  delete(jid: string): Promise<DeleteOutcome>;
}

/** What is called off. */
export interface CancelStore {
  /**
   * One that waits is cancelled by it; one that is being worked on is when it ends. Rejects with
   * UnreadableJob when nobody here can tell where it is.
   */
  cancel(jid: string, cancel: Cancel): Promise<CancelOutcome>;
  /** Deletes cancelled jobs that ended too long ago, or are too many; resolves with how many. */
  purge(limits: { endedBefore: number; keep: number }): Promise<number>;

  /**
   * From now on no job of the group is handed out, and none pushed. What is being called off stays as it
   * is, and so does what was, and of which nothing waits or runs.
   */
  cancelGroup(group: string, cancel: Cancel): Promise<JobGroup>;
  /** Calls off some of a group that is being called off; resolves with how many are left to be. */
  sweepGroup(group: string): Promise<number>;
  /** Calls off those of its jobs that are being worked on, as many as they are. */
  sweepRunning(group: string): Promise<void>;
  findGroup(group: string): Promise<JobGroup>;
  /** Groups that are being called off: all of them, or some where they are many. */
  closedGroups(): Promise<string[]>;
  /** Forgets that groups were called off, as purge does it with jobs. */
  purgeGroups(limits: { endedBefore: number; keep: number }): Promise<number>;
}

/** What jobs that run tell of themselves. */
export interface ProgressStore {
  /** False when it was told under a lease that is not the job's: nothing has changed. */
  note(report: ProgressReport): Promise<boolean>;
  find(jid: string): Promise<JobProgress>;
  /** The runs that are stalled first if nothing more is told of them, a bounded number of them. */
  firstStalls(): Promise<Deadline[]>;
  /** Notes that they are, each if nothing was told meanwhile. */
  stall(jids: readonly string[]): Promise<StallOutcome[]>;
}

/** How long jobs took, by their type and by the day on which they ended. */
export interface FigureStore {
  /**
   * Adds to what is known of today, which is forgotten after so many days.
   * @returns the types that are not known, since there are too many others
   */
  add(measured: readonly Measured[], days: number): Promise<string[]>;
  /** What is known of today and the days before, so many in all. */
  find(jobtype: string, days: number): Promise<Measured>;
  /** The types of which anything is known. */
  jobtypes(days: number): Promise<string[]>;
}

/** The store can't be reached, or did not answer in time: whether it did what was asked is unknown. */
export class StoreUnavailable extends CommandError {}

/** What is stored of a job can't be read: another version of this broker wrote it, or it is damaged. */
export class UnreadableJob extends CommandError {
  /** @param version of its format; undefined when the record is damaged */
  constructor(jid: string, version: string | undefined) {
    const reason =
      version === undefined
        ? "is damaged: its record can't be read"
        : `was stored in format ${version}, which this broker does not know`;
    super(`job ${echo(jid)} ${reason}`);
  }
}

/**
 * Why a dead job may not run again: its batch waits; another batch that has the key of its own, or of one
 * around that, has not ended; or a group of it is being called off, or its batch, or one around that, was.
 */
export interface JobHold {
  kind: "waits" | "runs" | "tag" | "batch";
  /** A bid, or the tag. */
  name: string;
}

export interface NewJob extends Job {
  enqueuedAt?: number;
}

/** "live": it is there already, and stays as it was. */
export type PushOutcome = "stored" | "live" | PushRefusal;

/** Why nothing is done on behalf of a job: it is being called off, or no longer its worker's. */
export type BehalfRefusal =
  | { kind: "parent cancelling"; cancel: Cancel }
  | { kind: "parent stale" };

/** Why a job may not be pushed; nothing has changed. */
export type PushRefusal =
  /** It was called off before: what is over, and what is not yet, does not start anew. */
  | { kind: "cancelled" | "cancelling"; cancel: Cancel }
  /** A group that it would be in is being called off; so many of the group still run. */
  | { kind: "closed"; group: string; running: number }
  | BehalfRefusal
  /** Its batch is not there; or that, or one around it, was called off. */
  | { kind: "no batch"; bid: string }
  /** Its batch has ended, and another with the key of that, or of one around it, has not. */
  | { kind: "overtaken"; bid: string }
  | { kind: "batch cancelled"; bid: string; cancel: Cancel };

export interface ReserveRequest {
  wid: string;
  /** The first that has a job gives it. */
  queues: readonly string[];
  /** How long a lease lasts that is not renewed; without one the job's own reservation counts. */
  leaseMs?: number | undefined;
  /**
   * One more besides the first for the same client: where jobs are large it is given nothing rather
   * than a job of the next call, so that nobody is handed more of them at once than a call bears.
   */
  isExtra?: boolean;
}

/** A job as it is kept: the client's text, and what the server knows besides. */
export interface StoredJob {
  jid: string;
  text: Buffer;
  enqueuedAt: number | undefined;
  failure: Failure | undefined;
}

export interface Reserved extends StoredJob {
  queue: string;
  /** How many jobs that queue has left. */
  left: number;
  /** Names the hand-out, so that only this one is undone by a release. */
  call: string;
  /** Of its lease, where it was asked for with one: greater than any token that was given before. */
  token?: number | undefined;
}

/** A job as the worker names it that has it. */
export interface HeldJob {
  jid: string;
  /** Of its lease; absent when the worker names none, and then nobody asks whose job it is. */
  token?: number | undefined;
}

/**
 * "unknown": it is not being worked on. "stale": its lease has another token; nothing has changed.
 * "cancelled": it was called off before, and so it has ended.
 */
export type AckOutcome = "done" | "cancelled" | "unknown" | "stale";
export type HandBackOutcome = { queue: string } | "cancelled" | "unknown" | "stale";
export type SnoozeOutcome = "snoozed" | "cancelled" | "unknown" | "stale";
/** "working": somebody works on it, and it stays. */
export type DeleteOutcome = "deleted" | "working" | "unknown";

/** A job that is done and is to be kept for a while. */
export interface CompletedJob extends HeldJob {
  forgetAt: number;
  /** JSON. */
  result: Buffer | undefined;
}

export interface SnoozedJob extends HeldJob {
  /** When it may run again. */
  dueAt: number;
}

/** With `cancel` it is renewed, and called off. "lost": it is not the worker's any longer. */
export type RenewOutcome = "renewed" | "lost" | { cancel: Cancel };

/** Jobs that can be called off together. */
export interface JobGroup {
  /** How many wait, or are being worked on. */
  live: number;
  /** How many of these are being worked on, and are called off. */
  running: number;
  /** The last one, if there was one. */
  cancellation?: GroupCancellation;
}

export interface GroupCancellation extends Cancel {
  /** How many were called off before they ran. */
  waiting: number;
  /** When the last of them had ended; absent while it goes on. */
  endedAt?: number;
}

/** The first two tell of the first time that it was called off. */
export type CancelOutcome =
  | { state: "cancelled"; cancel: Cancel }
  | { state: "cancelling"; cancel: Cancel }
  | { state: "dead" | "done" }
  | { state: "unknown" };

export interface FailedJob extends HeldJob {
  report: FailureReport;
  /** A whole number from 0 to 29, the random part of the back-off. */
  jitter: number;
  /**
   * "expired" counts only when the reservation has run out by now, "stalled" only when that was noted
   * and the run has told nothing since. "lost": its worker is gone.
   */
  cause: "reported" | "expired" | "stalled" | "lost";
  /** The hand-out that has failed; absent for whichever it was. */
  call?: string;
}

export type FailOutcome =
  /** With isLost it failed since its worker is gone, or its lease has ended. */
  | { kind: "retried"; at: number; isLost?: true }
  | { kind: "died"; isLost?: true }
  | { kind: "discarded" }
  /** It was called off before. */
  | { kind: "cancelled" }
  /** Its lease goes on until then: nobody could renew it, since there was no broker. */
  | { kind: "postponed"; at: number }
  | { kind: "unknown" }
  | { kind: "stale" };

export interface JobLocation {
  state: JobState;
  /** In `scheduled` and `retries`: when it is due. */
  dueAt?: number;
  /** While it is being worked on. */
  reservation?: { wid: string; reservedAt: number; endsAt: number; token: number | undefined };
  /** In `dead`: since when. */
  endedAt?: number;
  /** In `done`: how long it is kept. */
  forgetAt?: number;
}

/** All that a record has of a job. */
export interface RecordedJob extends StoredJob {
  queue: string;
  /** How many of its runs are over, and the last of them, the oldest first. */
  runs: number;
  attempts: Attempt[] | undefined;
  /** Of one that is done: since when, and what came of it, in JSON. */
  endedAt: number | undefined;
  result: Buffer | undefined;
}

/** All that is kept of a job. */
export interface FoundJob extends RecordedJob, Omit<JobLocation, "endedAt"> {
  /** That it was called off: it is cancelled, or will be when its run is over. */
  cancel: Cancel | undefined;
  /** What it has told of itself; undefined when that is nothing. */
  progress: Progress | undefined;
  /** The run that is under way has told nothing more for too long. */
  isStalled: boolean;
}

export type StallOutcome =
  | { kind: "stalled"; policy: StallPolicy; call: string; wid: string; stallMs: number }
  /** Nobody could tell anything, since there was no broker. */
  | { kind: "postponed"; at: number }
  /** Something was told of it meanwhile, or its run has ended. */
  | { kind: "unknown" };

/** How many jobs of a type waited and ran for how long: counts by the numbers of buckets. */
export interface Measured {
  jobtype: string;
  waits: Map<number, number>;
  runs: Map<number, number>;
  /** How many of them failed. */
  failed: number;
}

/** What is known of a job, if it is, or was not long ago, tracked. Times are epoch milliseconds. */
export interface JobProgress extends Progress {
  /** Where it is, or how it ended; undefined when that is not known. */
  state: JobState | "success" | "failed" | undefined;
}

/**
 * Jobs that have an order, from a place on: those of a queue, all that are in any other state, or a group,
 * first of which are those that are to run or run.
 */
export type Section = ({ state: JobState; queue?: string } | { group: string }) & {
  /** Behind this job, which may be there no longer; its score as Redis wrote it. */
  after?: { score: string; jid: string };
};

/** A job as it was found in a section. */
export interface ListedJob {
  /** The number of the section, from 0 on. */
  section: number;
  jid: string;
  /** Of its place in the section. */
  score: string;
  /** Undefined for one of a group that was removed, and is only not deleted yet. */
  state: JobState | undefined;
  dueAt: number | undefined;
  /** Undefined when it can't be read here; then it is told why. */
  job: RecordedJob | undefined;
  unreadable?: string;
}

/** The sets in which a job waits for a time, or for a person. */
export type WaitingSet = "scheduled" | "retries" | "dead";

export interface PlacedJob {
  set: WaitingSet;
  jid: string;
}

export interface DueJob extends PlacedJob {
  at: number;
}

/** A job that went from where it waited to its queue. */
export interface Enqueued extends PlacedJob {
  queue: string;
}

/** Which queues: `*` is every one that is known. */
export type QueueSelection = readonly string[] | "*";

/** When a reservation ends, or a run is stalled. */
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

export interface SilentWorker {
  wid: string;
  /** Some clients never beat, and nothing follows from their silence. */
  hasBeaten: boolean;
}

/** That a job was handed out, and by which call, as in Reserved. */
export interface HandOut {
  jid: string;
  call: string;
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
  /** A job that this worker works on has been called off. */
  | { kind: "cancel"; wid: string; job: CalledOffJob }
  /** Everything has been deleted. */
  | { kind: "flushed" }
  /** Something is to be done for batches. */
  | { kind: "chores" }
  /** Notices may have been missed: nothing that was concluded from them holds any longer. */
  | { kind: "reconnected" };
