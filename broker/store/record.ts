// Without the native part, which is a program more to load and no faster for what is read here.
import { Packr } from "msgpackr/pack";
import type { Attempt } from "../../protocol/attempt.ts";
import type { Failure } from "../../protocol/failure.ts";
import { DEFAULT_PRIORITY, DEFAULT_RESERVE_SECONDS, DEFAULT_RETRY } from "../../protocol/limits.ts";
import { findAttempts } from "./attempts.ts";
import { list } from "./redis-reply.ts";
import type { NewJob, RecordedJob, StoredJob } from "./store.ts";

/**
 * A job record: two MessagePack values in sequence, the header that the server owns and the job's
 * text (protocol/job.ts). The scripts read and write the header alone, through cmsgpack, and never
 * look into the text.
 */
export interface JobHeader {
  /** The version of this format; see ADR 0005 before changing anything here. */
  v: 1;
  queue: string;
  /** Absent when it is the default, like all that follows: most jobs have none of it. */
  retry?: number;
  reserveFor?: number;
  priority?: number;
  /** When it was last put into its queue; absent while it waits in `scheduled`. */
  enqueuedAt?: number;
  failure?: Failure;
  /** How many of its runs are over; absent when none is. */
  runs?: number;
  /** The last of these, as shared/runs.lua writes them; attempts.ts reads it. */
  attempts?: string;
  /** Of a job that is done: when, and what came of it, in JSON. */
  endedAt?: number;
  result?: string;
}

const packr = new Packr({ useRecords: false, int64AsType: "number" });

/** MessagePack's mark for bytes, which their length follows. So a long text is copied only once. */
const BIN_32 = 0xc6;
const BIN_32_BYTES = 5;

/** `v`, `queue` and `enqueuedAt` in this order: the scripts know a plain header by its bytes. */
export function headerOf(job: NewJob): JobHeader {
  const header: JobHeader = { v: 1, queue: job.queue };
  if (job.retry !== DEFAULT_RETRY) header.retry = job.retry;
  if (job.reserveForSeconds !== DEFAULT_RESERVE_SECONDS) header.reserveFor = job.reserveForSeconds;
  if (job.priority !== DEFAULT_PRIORITY) header.priority = job.priority;
  if (job.enqueuedAt !== undefined) header.enqueuedAt = job.enqueuedAt;
  if (job.failure !== undefined) header.failure = job.failure;
  return header;
}

export function encodeRecord(header: JobHeader, text: Buffer): Buffer {
  const packed = packr.pack(header);
  const record = Buffer.allocUnsafe(packed.length + BIN_32_BYTES + text.length);
  record.set(packed);
  record[packed.length] = BIN_32;
  record.writeUInt32BE(text.length, packed.length + 1);
  record.set(text, packed.length + BIN_32_BYTES);
  return record;
}

/** A record is damaged, or of a version that this broker does not know. */
export class UnreadableRecord extends TypeError {}

/** @throws UnreadableRecord */
export function decodeRecord(record: Buffer): { header: JobHeader; text: Buffer } {
  const [header, text] = unpackRecord(record);
  if (!isHeader(header) || !Buffer.isBuffer(text)) {
    throw new UnreadableRecord("a job record is of a version that this broker does not know");
  }
  return { header, text };
}

function unpackRecord(record: Buffer): unknown[] {
  try {
    const values: unknown = packr.unpackMultiple(record);
    return list(values);
  } catch (cause) {
    throw new UnreadableRecord("a job record is damaged", { cause });
  }
}

/** @throws UnreadableRecord */
export function readStoredJob(jid: string, record: Buffer): StoredJob {
  const { header, text } = decodeRecord(record);
  return storedJob(jid, header, text);
}

/**
 * All that a record has, when a script has found it to be sound.
 * @throws UnreadableRecord for what the scripts do not look at
 */
export function readSoundRecord(jid: string, record: Buffer): RecordedJob {
  const { header, text } = decodeRecord(record);
  const { queue, runs, attempts, endedAt, result } = header;
  // To the scripts, nil is absence.
  return {
    ...storedJob(jid, header, text),
    queue,
    runs: runs ?? 0,
    attempts: attempts ? readAttempts(attempts) : undefined,
    endedAt: endedAt ?? undefined,
    result: result ? Buffer.from(result) : undefined,
  };
}

function readAttempts(lines: string): Attempt[] {
  const attempts = findAttempts(lines);
  if (attempts === undefined) throw new UnreadableRecord("the runs of a job are damaged");
  return attempts;
}

function storedJob(jid: string, { enqueuedAt, failure }: JobHeader, text: Buffer): StoredJob {
  // To the scripts, nil is absence.
  return { jid, text, enqueuedAt: enqueuedAt ?? undefined, failure: failure ?? undefined };
}

function isHeader(value: unknown): value is JobHeader {
  return typeof value === "object" && value !== null && "v" in value && value.v === 1;
}

/** What a script has packed by itself. */
export function unpack(packed: Buffer): unknown {
  return packr.unpack(packed);
}

/** An argument that a script unpacks by itself. */
export function pack(value: unknown): Buffer {
  return packr.pack(value);
}
