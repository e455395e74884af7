import { encodeJid, parseJid } from "../jid-argument.ts";

export const JOB_DELETE_USAGE = "JOB DELETE <jid>";

/** JOB DELETE, millrace's own. @returns the jid. @throws CommandError */
export function parseJobDelete(argument: Buffer): string {
  return parseJid(argument, JOB_DELETE_USAGE);
}

export function encodeJobDelete(jid: string): string {
  return `JOB DELETE ${encodeJid(jid)}`;
}
