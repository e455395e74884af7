import { randomBytes } from "node:crypto";
import type { Reply } from "./client.ts";

const PREFIX = randomBytes(4).toString("hex");
const DIGITS = 12;
const ZERO = "0".charCodeAt(0);
const LEASE = '"lease":';
const QUOTE = '"'.charCodeAt(0);
export const JID_BYTES = PREFIX.length + DIGITS;

/** A job's text begins so, whether a server passes it on as it came or writes it anew. */
const BEFORE_JID = '{"jid":"';

/** A job's JSON text of a given length, whose jid is filled in later. */
export function jobText(options: { jobBytes: number; queue: string; at?: string }): string {
  const { jobBytes, queue, at } = options;
  const jid = PREFIX + "0".repeat(DIGITS);
  const job = { jid, queue, jobtype: "Bench", args: [""], ...(at !== undefined && { at }) };
  const missing = jobBytes - JSON.stringify(job).length;
  if (missing < 0) throw new Error(`a job has at least ${jobBytes - missing} bytes`);
  return JSON.stringify({ ...job, args: ["x".repeat(missing)] });
}

let sequence = 0;

/** A PUSH, or a PUSHB, that is built once; each use gives its jobs new jids in place. */
export class PushCommand {
  readonly bytes: Buffer;
  readonly #jidsAt: number[] = [];

  private constructor(text: string) {
    this.bytes = Buffer.from(text);
    let at = this.bytes.indexOf(BEFORE_JID);
    while (at >= 0) {
      this.#jidsAt.push(at + BEFORE_JID.length);
      at = this.bytes.indexOf(BEFORE_JID, at + 1);
    }
  }

  static one(job: string): PushCommand {
    return new PushCommand(`PUSH ${job}\r\n`);
  }

  static many(jobs: readonly string[]): PushCommand {
    return new PushCommand(`PUSHB [${jobs.join(",")}]\r\n`);
  }

  /** The command with jobs that nobody has seen yet. */
  next(): Buffer {
    for (const at of this.#jidsAt) stamp(this.bytes, at + PREFIX.length, ++sequence);
    return this.bytes;
  }

  /** The number of the last job of this process. */
  static get sequence(): number {
    return sequence;
  }
}

function stamp(bytes: Buffer, at: number, number: number): void {
  let left = number;
  for (let digit = at + DIGITS - 1; digit >= at; digit--) {
    bytes[digit] = ZERO + (left % 10);
    left = Math.floor(left / 10);
  }
}

export function fetchCommand(queues: readonly string[]): Buffer {
  return Buffer.from(`FETCH ${queues.join(" ")}\r\n`);
}

/** An ACK that is built once; each use names another job in place. */
export class AckCommand {
  readonly #bytes = Buffer.from(`ACK {"jid":"${"x".repeat(JID_BYTES)}"}\r\n`);

  /** Acknowledges the job of a FETCH's reply. */
  of(reply: Reply): Buffer {
    const at = jidAt(reply);
    reply.bytes.copy(this.#bytes, 'ACK {"jid":"'.length, at, at + JID_BYTES);
    return this.#bytes;
  }
}

/** An ACK that names the lease too. */
export class LeasedAckCommand {
  of(reply: Reply): Buffer {
    const at = jidAt(reply);
    const jid = reply.bytes.toString("latin1", at, at + JID_BYTES);
    return Buffer.from(`ACK {"jid":"${jid}","lease":${leaseOf(reply)}}\r\n`);
  }
}

/** The token of a job's lease, which is its last member. */
export function leaseOf({ bytes, bodyEnd }: Reply): string {
  const at = bytes.lastIndexOf(LEASE, bodyEnd) + LEASE.length;
  return bytes.toString("latin1", at, bodyEnd - "}".length);
}

/** Which of this process' jobs a FETCH was answered with. */
export function sequenceOf(reply: Reply): number {
  const at = jidAt(reply);
  return Number(reply.bytes.toString("latin1", at + PREFIX.length, at + JID_BYTES));
}

function jidAt({ bytes, bodyAt }: Reply): number {
  const at = bodyAt + BEFORE_JID.length;
  const isFirst = bytes[bodyAt + 2] === BEFORE_JID.charCodeAt(2) && bytes[at - 1] === QUOTE;
  return isFirst ? at : bytes.indexOf('"jid":"', bodyAt) + '"jid":"'.length;
}

/** A PUSHB is answered with what went wrong, by jid. */
export function checkAllPushed({ bytes, bodyAt }: Reply): void {
  const problems = bytes.toString("utf8", bodyAt, bodyAt + 2);
  if (problems !== "{}") throw new Error(`PUSHB: ${bytes.toString("utf8", bodyAt, bodyAt + 200)}`);
}
