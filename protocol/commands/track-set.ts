import { CommandError, echo } from "../errors.ts";
import { checkId } from "../id.ts";
import {
  MAX_DESC_BYTES,
  MAX_RESERVE_SECONDS,
  MAX_RESULT_BYTES,
  MAX_STALL_SECONDS,
} from "../limits.ts";
import { type ProgressReport, STALL_POLICIES, withResult } from "../progress.ts";
import { formatTimestamp, parseTimestamp, TimestampError } from "../timestamp.ts";
import { isToken } from "../token.ts";
import { readObject } from "./arguments.ts";

export const TRACK_SET_USAGE =
  'TRACK SET {"jid":"…","percent":12,"desc":"…","reserve_until":"…","result":…,"stall_after":60,"on_stall":"warn|cancel|retry"}';

const SHAPE = {
  jid: "string",
  percent: "int",
  desc: "string",
  reserve_until: "string",
  lease: "number",
  result: "value",
  stall_after: "int",
  on_stall: "string",
} as const;

/**
 * FWP: TRACK SET.
 * @param receivedAt epoch milliseconds
 * @throws CommandError
 */
export function parseTrackSet(argument: Buffer, receivedAt: number): ProgressReport {
  const { jid, percent, desc, result, ...told } = readObject("TRACK SET", argument, SHAPE);
  const { reserve_until: until, lease: token, stall_after, on_stall } = told;
  const refuse = (why: string) => new CommandError(`invalid TRACK SET ${echo(argument)}: ${why}`);
  if (token !== undefined && !isToken(token)) throw refuse("lease must be the token of one");
  if (desc !== undefined && Buffer.byteLength(desc) > MAX_DESC_BYTES) {
    throw refuse(`desc is longer than ${MAX_DESC_BYTES} bytes`);
  }
  if (result !== undefined && result.end - result.start > MAX_RESULT_BYTES) {
    throw refuse(`result is longer than ${MAX_RESULT_BYTES} bytes`);
  }
  return {
    jid: checkJid(jid),
    ...(percent !== undefined && { percent }),
    ...(desc !== undefined && { desc }),
    ...(until && { reserveUntil: readReserveUntil(until, argument, receivedAt) }),
    ...(token !== undefined && { token }),
    ...(result !== undefined && { result: argument.subarray(result.start, result.end) }),
    ...readStall(stall_after, on_stall, refuse),
  };
}

function checkJid(jid = ""): string {
  if (jid === "") throw new CommandError("missing JID");
  checkId("jid", jid);
  return jid;
}

/** FWP: as a reservation, at most a day; a time that has passed changes nothing. */
function readReserveUntil(text: string, argument: Buffer, receivedAt: number): number {
  const until = readTime(text, argument);
  if (until <= receivedAt + MAX_RESERVE_SECONDS * 1_000) return until;
  throw new CommandError("jobs cannot be reserved for more than one day");
}

function readTime(text: string, argument: Buffer): number {
  try {
    return parseTimestamp(text);
  } catch (error) {
    if (!(error instanceof TimestampError)) throw error;
    throw new CommandError(`invalid TRACK SET ${echo(argument)}: ${error.message}`, {
      cause: error,
    });
  }
}

function readStall(
  seconds: number | undefined,
  word: string | undefined,
  refuse: (why: string) => CommandError,
): Pick<ProgressReport, "stall"> {
  if (seconds === undefined) {
    if (word !== undefined) throw refuse("on_stall needs a stall_after");
    return {};
  }
  if (seconds < 0 || seconds > MAX_STALL_SECONDS) {
    throw refuse(`stall_after must be between 0 and ${MAX_STALL_SECONDS}`);
  }
  const policy = STALL_POLICIES.find((one) => one === (word ?? "warn"));
  if (policy === undefined) throw refuse(`on_stall must be one of ${STALL_POLICIES.join(", ")}`);
  return { stall: { seconds, policy } };
}

export function encodeTrackSet({ result, ...report }: ProgressReport): string {
  const { jid, percent, desc, reserveUntil, token, stall } = report;
  const members = {
    jid,
    percent,
    desc,
    reserve_until: reserveUntil === undefined ? undefined : formatTimestamp(reserveUntil),
    lease: token,
    stall_after: stall?.seconds,
    on_stall: stall?.policy,
  };
  return `TRACK SET ${withResult(members, result)}`;
}
