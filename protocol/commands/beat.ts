import { encodeCalledOffJob } from "../called-off-job.ts";
import { type ControlMessage, findControlMessage } from "../control-message.ts";
import { CommandError, echo } from "../errors.ts";
import { checkId } from "../id.ts";
import { isLeasedJob, type LeasedJob } from "../leased-job.ts";
import { MAX_BEAT_JOBS } from "../limits.ts";
import type { WorkerState } from "../worker-state.ts";
import { readObject } from "./arguments.ts";

export type { LeasedJob };

/** What a worker process tells of itself. */
export interface Beat {
  wid: string;
  /** What the worker says of itself; anything that FWP does not know counts as running. */
  state: WorkerState;
  rssKb: number;
  /** Millrace's own: the leases that are to be renewed. A Faktory passes over it. */
  jobs?: readonly LeasedJob[];
}

/** What the server says to it. */
export interface BeatAnswer extends ControlMessage {
  /** The jobs of which the worker no longer has the lease; somebody else may have them by now. */
  lost?: string[];
}

const SHAPE = {
  wid: "string",
  current_state: "string",
  rss_kb: "int",
  jobs: "array",
} as const;

/** FWP: BEAT. @throws CommandError */
export function parseBeat(argument: Buffer): Beat {
  const { wid = "", current_state, rss_kb: rssKb = 0, jobs } = readObject("BEAT", argument, SHAPE);
  // Half of a surrogate pair would be stored as U+FFFD, and so be the beat of a worker of that name.
  checkId("wid", wid);
  const state =
    current_state === "quiet" || current_state === "terminate" ? current_state : "running";
  if (jobs === undefined) return { wid, state, rssKb };
  const text = argument.toString("utf8", jobs.start, jobs.end);
  return { wid, state, rssKb, jobs: readJobs(JSON.parse(text), argument) };
}

function readJobs(jobs: unknown, argument: Buffer): LeasedJob[] {
  const refuse = (why: string) => new CommandError(`invalid BEAT ${echo(argument)}: ${why}`);
  if (!Array.isArray(jobs)) throw refuse("jobs must be an array");
  if (jobs.length > MAX_BEAT_JOBS) throw refuse(`more than ${MAX_BEAT_JOBS} jobs`);
  return jobs.map((job: unknown) => {
    if (isLeasedJob(job)) return { jid: job.jid, token: job.lease };
    throw refuse('each job must be {"jid":"…","lease":…}');
  });
}

/** What the server says to a BEAT when it says more than OK. */
export function readBeatAnswer(body: Buffer): BeatAnswer {
  const told: unknown = JSON.parse(body.toString());
  const answer: BeatAnswer = findControlMessage(told);
  if (typeof told !== "object" || told === null) return answer;
  if ("lost" in told && Array.isArray(told.lost)) answer.lost = told.lost.map(String);
  return answer;
}

/** Undefined when there is nothing to say but OK. */
export function encodeBeatAnswer({ state, lost, cancel }: BeatAnswer): string | undefined {
  const answer = {
    ...(state !== undefined && { state }),
    ...(lost !== undefined && lost.length > 0 && { lost }),
    ...(cancel !== undefined && cancel.length > 0 && { cancel: cancel.map(encodeCalledOffJob) }),
  };
  return Object.keys(answer).length === 0 ? undefined : JSON.stringify(answer);
}

export function encodeBeat({ wid, state, rssKb, jobs }: Beat): string {
  return `BEAT ${JSON.stringify({
    wid,
    current_state: state === "running" ? "" : state,
    rss_kb: rssKb,
    jobs: jobs?.map(({ jid, token }) => ({ jid, lease: token })),
  })}`;
}
