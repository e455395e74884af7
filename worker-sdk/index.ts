/** The SDK: clients that push jobs, and workers that run them. */
export { type Address, addressFromEnvironment, parseAddress } from "./address.ts";
export type { Batch, FillBatch } from "./batch.ts";
export type { BatchAdministration, BatchFilter } from "./batch-administration.ts";
export type { BatchCallback } from "./batch-callback.ts";
export type {
  BatchCallbacks,
  BatchOptions,
  BatchReference,
  OverlapPolicy,
  OwnBatchOptions,
} from "./batch-options.ts";
export type { BatchRecord, BatchState, BatchTree, CallbackProgress } from "./batch-record.ts";
export type { BatchResult, BatchResults, ResultSchema } from "./batch-results.ts";
export type { Cancellation, CancelOptions, CancelState } from "./cancellation.ts";
export type { ChainHandle } from "./chain.ts";
export type { ChainOptions } from "./chain-options.ts";
export type { ChainBranch, ChainStage, StageOptions } from "./chain-stage.ts";
export type { ChainStatus, StageStatus } from "./chain-status.ts";
export { Client, type ClientOptions } from "./client.ts";
export type { ServerOptions } from "./client-options.ts";
export {
  CallTimedOut,
  Cancelled,
  ClientClosed,
  Compensated,
  HandshakeRefused,
  JobsRefused,
  NotSupported,
  Overlap,
  ServerError,
  ServerUnavailable,
  StaleLease,
} from "./errors.ts";
export type { Handler, HandlerOptions } from "./handler.ts";
export type { Job, JobFailure } from "./job.ts";
export type {
  CancelledJob,
  JobAdministration,
  JobFilter,
} from "./job-administration.ts";
export type { JobAttempt } from "./job-attempt.ts";
export { currentJob, type JobContext, type Lease, type ProgressOptions } from "./job-context.ts";
export {
  Discard,
  DoNotRetry,
  JobCancelled,
  JobTimedOut,
  ReservationEnded,
  RetryAt,
  Snooze,
  UnknownJobType,
  WorkerStopping,
} from "./job-errors.ts";
export type { JobFigures, Percentiles } from "./job-figures.ts";
export type { AnyJobs, JobMap, JobType } from "./job-map.ts";
export type { JobProgress } from "./job-progress.ts";
export type { JobRecord, JobState } from "./job-record.ts";
export type { ResultOptions } from "./job-result.ts";
export type { JobStarter } from "./job-starter.ts";
export { type Integers, UnsafeInteger } from "./json-text.ts";
export type { CallOptions, LinkEvents } from "./link.ts";
export type { ListedJob } from "./listed-job.ts";
export type { LogFields, Logger } from "./logger.ts";
export type { Middleware } from "./middleware.ts";
export type { JobSelection } from "./mutate-jobs.ts";
export type { Outcome } from "./outcome.ts";
export type { JobOptions, OutgoingJob } from "./outgoing-job.ts";
export type { PreviousResults } from "./previous-results.ts";
export type { BulkJob, BulkJobs, Producer, PushOptions } from "./producer.ts";
export type { QueueAdministration } from "./queue-administration.ts";
export type { QueueSelection } from "./queue-order.ts";
export type { ServerInfo } from "./server-info.ts";
export type { ServiceHandler, ServiceOptions } from "./service-options.ts";
export {
  InvalidArguments,
  InvalidResult,
  type JobSchemas,
  type SchemaIssue,
  type StandardSchema,
} from "./standard-schema.ts";
export type { CancelledTag, TagAdministration, TagRecord } from "./tag-administration.ts";
export { Worker } from "./worker.ts";
export type { WorkerEvents } from "./worker-events.ts";
export type { StopOptions, StoppedJob, StopReport, WorkerOptions } from "./worker-options.ts";
