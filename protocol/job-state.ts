/** Where a job is, in the words of JOB GET and of the errors that tell of it. */
export const JOB_STATES = [
  "enqueued",
  "scheduled",
  "retries",
  "working",
  "dead",
  "done",
  "cancelled",
] as const;

export type JobState = (typeof JOB_STATES)[number];
