import { findBid, isTracked } from "./custom.ts";
import { CommandError, quote } from "./errors.ts";
import { encodeFailure, type Failure, readFailure } from "./failure.ts";
import { checkId } from "./id.ts";
import { JsonError, type JsonMember, type JsonText, scanJson } from "./json.ts";
import { type LeasedJob, readOnBehalf } from "./leased-job.ts";
import {
  DEFAULT_PRIORITY,
  DEFAULT_RESERVE_SECONDS,
  DEFAULT_RETRY,
  MAX_PRIORITY,
  MAX_RESERVE_SECONDS,
  MIN_JID_BYTES,
  MIN_PRIORITY,
  MIN_RESERVE_SECONDS,
} from "./limits.ts";
import { canonicalName, isTakenBackByNull, type Members, readMembers } from "./members.ts";
import { checkQueueName } from "./queue-name.ts";
import { checkTags, findTags } from "./tags.ts";
import { formatTimestamp, parseTimestamp, TimestampError } from "./timestamp.ts";

/** A job as a client pushes it: what the broker must know of it, and its text. */
export interface Job {
  jid: string;
  jobtype: string;
  queue: string;
  /** How often it may be tried again; 0 discards it at the first failure, below 0 it dies then. */
  retry: number;
  /** How long a worker may keep it, within FWP's bounds. */
  reserveForSeconds: number;
  /** 9 goes first within a queue. */
  priority: number;
  /** Epoch milliseconds; absent when the job may run at once. */
  at?: number;
  /** Only where a client hands over a job that has failed elsewhere. */
  failure?: Failure;
  /** The batch that it is to join. FWP: `custom.bid`. */
  batch?: string;
  /** Millrace's own: what it may be called off with. At least one; absent for a job without. */
  tags?: string[];
  /** Millrace's own: the running job that it is pushed for, and that has to be its worker's still. */
  onBehalf?: LeasedJob;
  /** What becomes of it is kept for TRACK GET. */
  isTracked?: boolean;
  /**
   * The client's own JSON object, byte for byte, but for what FWP gives to the server: defaults
   * that it left out are added, `enqueued_at` and `failure` are taken out.
   */
  text: Buffer;
}

const JOB_SHAPE = {
  jid: "string",
  queue: "string",
  jobtype: "string",
  args: "array",
  created_at: "string",
  enqueued_at: "string",
  at: "string",
  reserve_for: "int",
  retry: "int64",
  backtrace: "int",
  priority: "int",
  failure: "failure",
  custom: "object",
  on_behalf: "object",
} as const;

/**
 * Reads and checks a job in the order of FWP, and completes its text.
 * @param receivedAt epoch milliseconds; the job's `created_at` where it has none
 * @throws CommandError with FWP's texts, and the jid of a job that can be read but is not allowed
 */
export function parseJob(text: Buffer, receivedAt: number): Job {
  const job = asJson(() => readJob(text));
  try {
    return checkJob(job, receivedAt);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { jid = "" } = job.members;
    throw new CommandError(error.message, { cause: error, jid });
  }
}

/** A job whose JSON and types are right, and nothing else has been looked at. */
interface UncheckedJob {
  text: Buffer;
  json: JsonText;
  members: Members<typeof JOB_SHAPE>;
  failure: Failure | undefined;
}

/** Throws JsonError for what is no job at all. */
export function readJob(text: Buffer): UncheckedJob {
  const json = scanJson(text);
  if (json.kind !== "object" && json.kind !== "null") {
    throw new JsonError(`json: cannot unmarshal ${json.kind} into Go value of type client.Job`);
  }
  const members = readMembers(json, JOB_SHAPE, "Job");
  const failure = members.failure && readFailure(text, members.failure);
  return { text, json, members, failure };
}

/** Throws CommandError for a job that FWP does not allow. */
function checkJob({ text, json, members, failure }: UncheckedJob, receivedAt: number): Job {
  const { jid = "", jobtype = "", retry = DEFAULT_RETRY } = members;
  if (Buffer.byteLength(jid) < MIN_JID_BYTES) {
    throw new CommandError("jobs must have a reasonable jid parameter");
  }
  checkId("jid", jid);
  if (jobtype === "") throw new CommandError("jobs must have a jobtype parameter");
  if (members.args === undefined) throw new CommandError("jobs must have an args parameter");
  if (!Number.isSafeInteger(retry)) {
    const most = Number.MAX_SAFE_INTEGER;
    throw new CommandError(`jobs must have a retry between -${most} and ${most}`);
  }
  const reserveForSeconds = readReserveFor(members.reserve_for);
  const priority = readPriority(members.priority);
  const at = members.at ? readAt(members.at) : undefined;
  const queue = checkQueueName(members.queue || "default");
  const job: Job = {
    jid,
    jobtype,
    queue,
    retry,
    reserveForSeconds,
    priority,
    text: completeText(text, json, { queue, retry, receivedAt }),
  };
  if (at !== undefined) job.at = at;
  if (failure !== undefined) job.failure = failure;
  const { custom, on_behalf: onBehalf } = members;
  if (custom !== undefined) readCustom(job, text.subarray(custom.start, custom.end));
  if (onBehalf !== undefined) {
    job.onBehalf = readOnBehalf(text.subarray(onBehalf.start, onBehalf.end));
  }
  return job;
}

/** What the broker looks at in what is else the client's own. */
function readCustom(job: Job, custom: Buffer): void {
  const tags = findTags(custom);
  if (tags !== undefined) job.tags = checkTags(tags);
  if (isTracked(custom)) job.isTracked = true;
  const bid = findBid(custom);
  if (bid !== undefined) job.batch = bid;
}

/** Runs a reader of JSON, and names what it throws as FWP does. */
export function asJson<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(`invalid JSON: ${error.message}`, { cause: error });
  }
}

function readAt(text: string): number {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error;
    throw new CommandError(`invalid timestamp for 'at': ${quote(text)}: ${error.message}`, {
      cause: error,
    });
  }
}

/** FWP: 0 and absence mean the default, and what is too short is raised to a minute. */
function readReserveFor(seconds = 0): number {
  if (seconds > MAX_RESERVE_SECONDS) {
    throw new CommandError("jobs cannot be reserved for more than one day");
  }
  return seconds === 0 ? DEFAULT_RESERVE_SECONDS : Math.max(seconds, MIN_RESERVE_SECONDS);
}

function readPriority(priority = DEFAULT_PRIORITY): number {
  if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
    throw new CommandError(`jobs must have a priority between ${MIN_PRIORITY} and ${MAX_PRIORITY}`);
  }
  return priority;
}

/**
 * Members that are not kept: what FWP says that only the server may write, and what is said of the PUSH
 * and not of the job.
 */
const SERVER_MEMBERS = new Set(["enqueued_at", "failure", "on_behalf"]);

/** FWP's members for which an empty string means that they were left out. */
const EMPTY_MEANS_ABSENT = new Set(["queue", "created_at", "at"]);

/** Takes out what the server owns, and adds the defaults that are missing. */
function completeText(
  text: Buffer,
  json: JsonText,
  { queue, retry, receivedAt }: { queue: string; retry: number; receivedAt: number },
): Buffer {
  let untouched = true;
  const present = new Map<string, JsonMember>();
  for (const member of json.members) {
    const name = canonicalName(JOB_SHAPE, member.name);
    if (name === undefined) continue;
    if (isLeftOut(name, member)) {
      untouched = false;
      // An empty string takes the place of what came before it; null does so for some types only.
      if (member.kind !== "null" || isTakenBackByNull(JOB_SHAPE[name])) present.delete(name);
    } else {
      if (present.has(name) || member.rawName !== name) untouched = false;
      present.set(name, member);
    }
  }
  const object = untouched
    ? text.subarray(json.start, json.end)
    : rebuildObject(text, json, present);
  const missing: [name: string, value: unknown][] = [];
  if (!present.has("queue")) missing.push(["queue", queue]);
  if (!present.has("retry")) missing.push(["retry", retry]);
  if (!present.has("created_at")) missing.push(["created_at", formatTimestamp(receivedAt)]);
  return appendMembers(object, missing);
}

function isLeftOut(name: string, member: JsonMember): boolean {
  if (SERVER_MEMBERS.has(name) || member.kind === "null") return true;
  return EMPTY_MEANS_ABSENT.has(name) && member.end - member.start === '""'.length;
}

/** The object with FWP's members spelt and occurring once, and all others as they were. */
function rebuildObject(text: Buffer, json: JsonText, present: Map<string, JsonMember>): Buffer {
  const pieces: Buffer[] = [];
  for (const member of json.members) {
    const name = canonicalName(JOB_SHAPE, member.name);
    if (name !== undefined && present.get(name) !== member) continue;
    pieces.push(
      Buffer.from(`${pieces.length === 0 ? "{" : ","}"${name ?? member.rawName}":`),
      text.subarray(member.start, member.end),
    );
  }
  return Buffer.concat([...pieces, Buffer.from("}")]);
}

/**
 * Splices members into the end of a JSON object that has at least one, without copying its text
 * more than once.
 */
function appendMembers(object: Buffer, members: [name: string, value: unknown][]): Buffer {
  if (members.length === 0) return object;
  const tail = members.map(([name, value]) => `,"${name}":${JSON.stringify(value)}`).join("");
  return Buffer.concat([object.subarray(0, -1), Buffer.from(`${tail}}`)]);
}

/**
 * FWP: what FETCH answers, the job's text with the server's members spliced in. Times are epoch
 * milliseconds. A job that was asked for with a lease has its token.
 */
export function encodeFetchedJob(job: {
  text: Buffer;
  enqueuedAt: number | undefined;
  failure: Failure | undefined;
  token?: number | undefined;
}): Buffer {
  const members: [string, unknown][] = [];
  if (job.enqueuedAt !== undefined) members.push(["enqueued_at", formatTimestamp(job.enqueuedAt)]);
  if (job.failure !== undefined) members.push(["failure", encodeFailure(job.failure)]);
  if (job.token !== undefined) members.push(["lease", job.token]);
  return appendMembers(job.text, members);
}
