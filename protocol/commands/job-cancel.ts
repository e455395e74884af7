import { type CancelReason, readCancelReason } from "../cancel.ts";
import { cutJid, encodeJid } from "../jid-argument.ts";
import { readObject } from "./arguments.ts";

export const JOB_CANCEL_USAGE = 'JOB CANCEL <jid> [{"reason":"…","by":"…"}]';

/** A job that is to be called off. */
export interface JobCancel extends CancelReason {
  jid: string;
}

const SHAPE = { reason: "string", by: "string" } as const;

/** JOB CANCEL, millrace's own. @throws CommandError */
export function parseJobCancel(argument: Buffer): JobCancel {
  const { jid, rest } = cutJid(argument, JOB_CANCEL_USAGE);
  if (rest === "") return { jid };
  return { jid, ...readCancelReason(readObject("JOB CANCEL", Buffer.from(rest), SHAPE)) };
}

export function encodeJobCancel({ jid, ...told }: JobCancel): string {
  const isTold = told.reason !== undefined || told.by !== undefined;
  return `JOB CANCEL ${encodeJid(jid)}${isTold ? ` ${JSON.stringify(told)}` : ""}`;
}
