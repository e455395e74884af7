import { type CancelReason, readCancelReason } from "../cancel.ts";
import { CommandError, echo } from "../errors.ts";
import { cutJid, encodeJid } from "../jid-argument.ts";
import { checkTag } from "../tags.ts";
import { readObject } from "./arguments.ts";

export const JOB_CANCEL_USAGE =
  'JOB CANCEL <jid> [{"reason":"…","by":"…"}], or JOB CANCEL {"tag":"…","reason":"…","by":"…"}';

/** What is to be called off: a job, or all that have a tag. */
export type JobCancel = CancelReason & ({ jid: string } | { tag: string });

const REASON = { reason: "string", by: "string" } as const;
const TAG = { tag: "string", ...REASON } as const;

const BRACE = 0x7b;

/** JOB CANCEL, millrace's own. @throws CommandError */
export function parseJobCancel(argument: Buffer): JobCancel {
  // A jid that begins so is written as a JSON string.
  if (argument[0] === BRACE) return readTag(argument);
  const { jid, rest } = cutJid(argument, JOB_CANCEL_USAGE);
  if (rest === "") return { jid };
  return { jid, ...readCancelReason(readObject("JOB CANCEL", Buffer.from(rest), REASON)) };
}

function readTag(argument: Buffer): JobCancel {
  const { tag, ...told } = readObject("JOB CANCEL", argument, TAG);
  if (tag === undefined) {
    throw new CommandError(`invalid JOB CANCEL ${echo(argument)}: it names no tag`);
  }
  checkTag(tag);
  return { tag, ...readCancelReason(told) };
}

export function encodeJobCancel(cancel: JobCancel): string {
  if ("tag" in cancel) return `JOB CANCEL ${JSON.stringify(cancel)}`;
  const { jid, ...told } = cancel;
  const isTold = told.reason !== undefined || told.by !== undefined;
  return `JOB CANCEL ${encodeJid(jid)}${isTold ? ` ${JSON.stringify(told)}` : ""}`;
}
