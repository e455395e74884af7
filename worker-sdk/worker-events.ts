import type { Job } from "./job.ts";
import type { JobCancelled } from "./job-errors.ts";
import type { StopReport } from "./worker-options.ts";

/** What a worker tells of itself. What a listener throws is an uncaught exception. */
export interface WorkerEvents {
  connected: [];
  /** The connection for results broke, or could not be made; it is tried again. */
  disconnected: [error: Error];
  /** A job's handler is called. */
  started: [job: Job];
  done: [job: Job, tookMs: number];
  failed: [job: Job, error: unknown];
  /** Its handler threw Discard. */
  discarded: [job: Job, error: unknown];
  /** Its handler threw Snooze: it runs again after so long; on a classic Faktory it has failed. */
  snoozed: [job: Job, seconds: number];
  /** It was cancelled while it was here, and has ended: the server is told how, and does not run it again. */
  cancelled: [job: Job, reason: JobCancelled];
  /** It was not finished, and is in its queue again; on a classic Faktory it has failed. */
  handedBack: [job: Job];
  /**
   * The leases of these jobs are about to end, since no heartbeat has arrived for most of their time.
   * They run on; whether that is wise, their handlers find in `context.lease.isAtRisk`.
   */
  leasesAtRisk: [jobs: Job[]];
  /** Its reservation or lease ended before it did: another worker may have it. */
  expired: [job: Job];
  /** No more jobs are fetched. */
  quiet: [];
  stopping: [];
  stopped: [report: StopReport];
}
