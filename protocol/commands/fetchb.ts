import { CommandError } from "../errors.ts";
import { MAX_FETCHED_JOBS } from "../limits.ts";
import { parseFetch } from "./fetch.ts";

/** FETCHB, millrace's own: several jobs with one command. */
export interface FetchMany {
  /** At most so many jobs. */
  count: number;
  /** In the order in which they are to be looked at, as in FETCH. */
  queues: string[];
}

/** @throws CommandError */
export function parseFetchb(argument: Buffer): FetchMany {
  const [, digits = "", queues] = /^(\d{1,9})(?: (.*))?$/s.exec(argument.toString()) ?? [];
  const count = Number(digits);
  if (count < 1 || count > MAX_FETCHED_JOBS) {
    throw new CommandError(`FETCHB takes a count from 1 to ${MAX_FETCHED_JOBS}`);
  }
  if (queues === undefined) {
    throw new CommandError("must call fetchb with at least one queue");
  }
  return { count, queues: parseFetch(Buffer.from(queues)) };
}

export function encodeFetchb({ count, queues }: FetchMany): string {
  return `FETCHB ${count} ${queues.join(" ")}`;
}

const OPENING = Buffer.from("[");
const COMMA = Buffer.from(",");
const CLOSING = Buffer.from("]");

/** The reply: a JSON array of jobs, each as FETCH would send it, byte by byte. */
export function encodeFetchedJobs(jobs: readonly Buffer[]): Buffer {
  const pieces = jobs.flatMap((job, index) => [index === 0 ? OPENING : COMMA, job]);
  return Buffer.concat([...pieces, CLOSING]);
}
