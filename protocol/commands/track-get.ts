import { encodeJid, parseJid } from "../jid-argument.ts";
import { type TrackedJob, withResult } from "../progress.ts";
import { formatTimestamp } from "../timestamp.ts";

export const TRACK_GET_USAGE = "TRACK GET <jid>";

/** FWP: TRACK GET. @returns the jid. @throws CommandError */
export function parseTrackGet(argument: Buffer): string {
  return parseJid(argument, TRACK_GET_USAGE);
}

export function encodeTrackGet(jid: string): string {
  return `TRACK GET ${encodeJid(jid)}`;
}

/** The reply. FWP: of a job of which nothing is known the time is an empty string. */
export function encodeTrackedJob({ result, ...job }: TrackedJob): string {
  const { jid, percent, desc, state, updatedAt, seq, stalledAt } = job;
  const members = {
    jid,
    percent,
    desc,
    state,
    updated_at: updatedAt === undefined ? "" : formatTimestamp(updatedAt),
    seq,
    stalled_at: stalledAt === undefined ? undefined : formatTimestamp(stalledAt),
  };
  return withResult(members, result);
}
