import type { CallbackKind } from "./batch.ts";
import { CommandError } from "./errors.ts";
import { asJson, type Job, parseJob } from "./job.ts";
import { type JsonMember, scanJson } from "./json.ts";

/** What the server adds to a job that a batch will call. */
export interface CallbackBelongings {
  kind: CallbackKind;
  bid: string;
  /** Of the batch that the batch is in. */
  parent: string | undefined;
  /** For a job that has none. */
  jid: string;
  /** Or for any, whatever it has. */
  isOwnJid?: boolean;
}

/**
 * FWP: a callback is a job like any other, but that its jid and its arguments may be left out; and
 * `custom` says whose callback it is: `_bid`, `_cb` and, in a nested batch, `_pbid`.
 * @throws CommandError
 */
export function parseCallback(
  text: Buffer,
  belongings: CallbackBelongings,
  receivedAt: number,
): Job {
  try {
    return parseJob(completeCallback(text, belongings), receivedAt);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`${belongings.kind} callback: ${error.message}`, { cause: error });
  }
}

function completeCallback(text: Buffer, belongings: CallbackBelongings): Buffer {
  const { kind, bid, parent, jid, isOwnJid = false } = belongings;
  const json = asJson(() => scanJson(text));
  const find = (name: string) =>
    json.members.findLast((member) => member.name.toLowerCase() === name && member.kind !== "null");
  const isEmpty = (member: JsonMember) => member.end - member.start === '""'.length;
  const labels = Object.entries({
    _bid: bid,
    _cb: kind,
    ...(parent !== undefined && { _pbid: parent }),
  });
  const given = find("jid");
  const added: string[] = [];
  if (isOwnJid || given === undefined || isEmpty(given)) added.push(`"jid":${JSON.stringify(jid)}`);
  if (find("args") === undefined) added.push('"args":[]');
  const custom = find("custom");
  if (custom?.kind !== "object") {
    added.push(`"custom":${JSON.stringify(Object.fromEntries(labels))}`);
    return spliceMembers(text, json, added);
  }
  const own = labels.map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
  const labelled = spliceMembers(text, custom, own);
  return spliceMembers(
    labelled,
    { start: json.start, end: json.end + labelled.length - text.length },
    added,
  );
}

/** Adds members to the end of the object that stands there. */
function spliceMembers(
  text: Buffer,
  { start, end }: { start: number; end: number },
  members: readonly string[],
): Buffer {
  if (members.length === 0) return text;
  const isEmpty =
    text
      .subarray(start + 1, end - 1)
      .toString("latin1")
      .trim() === "";
  const added = `${isEmpty ? "" : ","}${members.join(",")}`;
  return Buffer.concat([text.subarray(0, end - 1), Buffer.from(added), text.subarray(end - 1)]);
}
