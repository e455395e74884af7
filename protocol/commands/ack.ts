import { CommandError, echo } from "../errors.ts";
import { decodeString, JsonError, type JsonMember, type JsonText, scanJson } from "../json.ts";
import { DEFAULT_KEEP_SECONDS, MAX_KEEP_SECONDS, MAX_RESULT_BYTES } from "../limits.ts";
import { isToken } from "../token.ts";

/** A job that is done. What is Millrace's own here no Faktory would take, unless it is a string. */
export interface Ack {
  jid: string;
  /** Millrace's own: of the lease that the worker has. See Hello.leaseSeconds. */
  token?: number;
  /** Millrace's own: what came of it, in JSON, which is kept byte by byte. */
  result?: Buffer;
  /** How long it is kept; with a result it always is. */
  keepForSeconds?: number;
}

/**
 * FWP: ACK. An object of strings, of which `jid` is read; here, unlike anywhere else, its case counts.
 * @throws CommandError `invalid ACK <argument>`, and why, where that is not FWP's
 */
export function parseAck(argument: Buffer): Ack {
  try {
    const ack = readAck(argument, scanJson(argument));
    if (ack !== undefined) return ack;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  throw new CommandError(`invalid ACK ${echo(argument)}`);
}

/** The members of which FWP knows nothing. */
const OWN = new Set(["lease", "result", "keep_for"]);

/** Undefined for what FWP refuses. */
function readAck(argument: Buffer, { members, slice }: JsonText): Ack | undefined {
  if (!members.every((member) => isText(member) || OWN.has(member.name))) return undefined;
  const lease = findMember(members, "lease");
  const result = findMember(members, "result");
  const keepFor = findMember(members, "keep_for");
  const jid = members.findLast(({ name }) => name === "jid");
  if (jid === undefined) return undefined;
  const ack: Ack = {
    jid: jid.kind === "null" ? "" : decodeString(slice(jid.start + 1, jid.end - 1)),
  };
  if (lease !== undefined) {
    const token: unknown = JSON.parse(slice(lease.start, lease.end));
    if (!isToken(token)) return undefined;
    ack.token = token;
  }
  if (result !== undefined) {
    ack.result = argument.subarray(result.start, result.end);
    if (ack.result.length > MAX_RESULT_BYTES) {
      throw refusal(argument, `a result has at most ${MAX_RESULT_BYTES} bytes`);
    }
    ack.keepForSeconds = DEFAULT_KEEP_SECONDS;
  }
  if (keepFor !== undefined) {
    ack.keepForSeconds = readKeepFor(slice(keepFor.start, keepFor.end), argument);
  }
  return ack;
}

/** Null counts as left out. */
function findMember(members: JsonMember[], wanted: string): JsonMember | undefined {
  const found = members.findLast(({ name }) => name === wanted);
  return found?.kind === "null" ? undefined : found;
}

function readKeepFor(written: string, argument: Buffer): number {
  const seconds = /^\d{1,9}$/.test(written) ? Number(written) : 0;
  if (seconds >= 1 && seconds <= MAX_KEEP_SECONDS) return seconds;
  throw refusal(argument, `keep_for must be an integer from 1 to ${MAX_KEEP_SECONDS}`);
}

function refusal(argument: Buffer, why: string): CommandError {
  return new CommandError(`invalid ACK ${echo(argument)}: ${why}`);
}

function isText({ kind }: JsonMember): boolean {
  return kind === "string" || kind === "null";
}

export function encodeAck({ jid, token, result, keepForSeconds }: Ack): string {
  const ack = JSON.stringify({ jid, lease: token, keep_for: keepForSeconds });
  if (result === undefined) return `ACK ${ack}`;
  return `ACK ${ack.slice(0, -1)},"result":${result.toString()}}`;
}
