import { encodeJid, parseJid } from "../jid-argument.ts";

export const JOB_RETRY_USAGE = "JOB RETRY <jid>";

/** JOB RETRY, millrace's own. @returns the jid. @throws CommandError */
export function parseJobRetry(argument: Buffer): string {
  return parseJid(argument, JOB_RETRY_USAGE);
}

export function encodeJobRetry(jid: string): string {
  return `JOB RETRY ${encodeJid(jid)}`;
}
