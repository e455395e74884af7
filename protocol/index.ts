/** The wire, for both sides: bytes to values and back, without sockets. */
export { encodeAck, parseAck } from "./commands/ack.ts";
export { type Beat, encodeBeat, parseBeat } from "./commands/beat.ts";
export { encodeFail, type Fail, parseFail } from "./commands/fail.ts";
export { encodeFetch, parseFetch } from "./commands/fetch.ts";
export { encodeFetchb, type FetchMany, parseFetchb } from "./commands/fetchb.ts";
export { encodeHello, type Hello, parseHello } from "./commands/hello.ts";
export { encodeJobCancel, type JobCancel, parseJobCancel } from "./commands/job-cancel.ts";
export { encodeJobDelete, parseJobDelete } from "./commands/job-delete.ts";
export { encodeJobGet, type JobDescription, parseJobGet } from "./commands/job-get.ts";
export {
  encodeJobList,
  type JobListEntry,
  type JobListFilter,
  parseJobList,
} from "./commands/job-list.ts";
export { encodeJobRetry, parseJobRetry } from "./commands/job-retry.ts";
export { encodeJobTag, parseJobTag } from "./commands/job-tag.ts";
export { encodeMutate, type Mutation, parseMutate } from "./commands/mutate.ts";
export { encodeQueue, parseQueue, type QueueCommand } from "./commands/queue.ts";
export { encodeTrackedJob, encodeTrackGet, parseTrackGet } from "./commands/track-get.ts";
export { encodeTrackSet, parseTrackSet } from "./commands/track-set.ts";
export {
  type ControlMessage,
  encodeControlMessage,
  readControlMessage,
} from "./control-message.ts";
export { CommandError } from "./errors.ts";
export type { Failure, FailureReport } from "./failure.ts";
export { type Challenge, encodeHi, hashPassword, PROTOCOL_VERSION, parseHi } from "./handshake.ts";
export { type Job, parseJob } from "./job.ts";
export { LineReader, LineTooLongError } from "./line-reader.ts";
export type { ProgressReport, StallPolicy, TrackedJob, TrackState } from "./progress.ts";
export { encodeReply, type Reply } from "./reply.ts";
export { ReplyError, ReplyReader } from "./reply-reader.ts";
export type { WorkerState } from "./worker-state.ts";
