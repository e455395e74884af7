/** Helpers for the tests of programs that push or run jobs: `millrace/testing`. */
import { findCallback } from "./batch-callback.ts";
import { FakeClient } from "./fake-client.ts";
import { fakeResults } from "./fake-results.ts";
import type { Job } from "./job.ts";
import type { JobContext } from "./job-context.ts";
import type { JobMap, JobType } from "./job-map.ts";
import { keptResult } from "./job-result.ts";
import { type Logger, silentLogger } from "./logger.ts";
import type { JobOptions } from "./outgoing-job.ts";
import type { Worker } from "./worker.ts";

export { type ExpectedJob, FakeClient } from "./fake-client.ts";
export type { PushedJob } from "./push-recorder.ts";

export interface RunOptions<Jobs extends JobMap<Jobs>> {
  /** What the handler pushes with; one of its own by default. */
  client?: FakeClient<Jobs>;
  /** 1 by default. */
  attempt?: number;
  signal?: AbortSignal;
  log?: Logger;
  /** What came of the stage before, for `previousResults`; nothing by default. */
  previousResults?: readonly unknown[];
}

/** What a handler did besides what it is for. */
export interface JobTrace<Jobs extends JobMap<Jobs>> {
  client: FakeClient<Jobs>;
  progress: { percent: number; description: string | undefined; result?: unknown }[];
  /** What it wanted to be kept, as it would be read; undefined where it wanted nothing. */
  result: unknown;
}

/**
 * Runs one job as the worker would, with its middleware and schemas, and without a server. The
 * arguments become JSON and are read again, as on their way through one; integers beyond 2^53 are
 * bigints then, whatever the handler asks for.
 * @throws what the handler throws
 */
export async function runJob<Jobs extends JobMap<Jobs>, Type extends JobType<Jobs>>(
  worker: Worker<Jobs>,
  type: Type,
  args: Readonly<Jobs[Type]>,
  options: RunOptions<Jobs> & JobOptions = {},
): Promise<JobTrace<Jobs>> {
  const { client = new FakeClient<Jobs>(), attempt, signal, log, ...more } = options;
  const { previousResults, ...jobOptions } = more;
  const sender = new FakeClient<Jobs>();
  await sender.push(type, args, jobOptions);
  const [job] = sender.pushed;
  if (job === undefined) throw new Error("the job was not pushed");
  return await perform(worker, job, { client, attempt, signal, log, previousResults });
}

/** What became of jobs that were drained. */
export interface Drained {
  done: Job[];
  failed: { job: Job; error: unknown }[];
}

/**
 * Runs all jobs that were pushed, and those that they push with the same client, until none is left;
 * whatever their time and queue. None is tried again.
 */
export async function drain<Jobs extends JobMap<Jobs>>(
  worker: Worker<Jobs>,
  client: FakeClient<Jobs>,
): Promise<Drained> {
  const drained: Drained = { done: [], failed: [] };
  // Those that are pushed meanwhile are behind those that are there.
  for (let next = 0; next < client.pushed.length; next++) {
    const job = client.pushed[next];
    if (job === undefined) break;
    try {
      await perform(worker, job, { client });
      drained.done.push(job);
    } catch (error) {
      drained.failed.push({ job, error });
    }
  }
  client.clear();
  return drained;
}

async function perform<Jobs extends JobMap<Jobs>>(
  worker: Worker<Jobs>,
  job: Job,
  options: { [Name in keyof RunOptions<Jobs>]: RunOptions<Jobs>[Name] | undefined } & {
    client: FakeClient<Jobs>;
  },
): Promise<JobTrace<Jobs>> {
  const { client, attempt = job.attempt, log = silentLogger } = options;
  const { signal = new AbortController().signal } = options;
  const trace: JobTrace<Jobs> = { client, progress: [], result: undefined };
  const context: JobContext<Jobs> = {
    job: { ...job, attempt },
    attempt,
    signal,
    log,
    client,
    lease: undefined,
    batch: client.batchOf(job),
    callback: findCallback(job),
    previousResults: fakeResults(options.previousResults ?? []),
    async progress(percent, description, more) {
      trace.progress.push({ percent, description, ...more });
    },
    result(value, more) {
      trace.result = JSON.parse(keptResult(value, more).result.toString());
    },
  };
  const outcome = await worker.perform(context);
  if (outcome.kind === "failed" || outcome.kind === "discarded") throw outcome.error;
  if (outcome.kind === "snoozed") throw outcome.snooze;
  return trace;
}
