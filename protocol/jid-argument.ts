import { checkId } from "./id.ts";
import { cutName, encodeName, parseName } from "./name-argument.ts";

/** Reads a jid that begins an argument, as cutName does. @throws CommandError */
export function cutJid(argument: Buffer, usage: string): { jid: string; rest: string } {
  const { name: jid, rest } = cutName("jid", argument, usage);
  checkId("jid", jid);
  return { jid, rest };
}

/** The same where nothing may follow. @throws CommandError */
export function parseJid(argument: Buffer, usage: string): string {
  const jid = parseName("jid", argument, usage);
  checkId("jid", jid);
  return jid;
}

/** A jid as the beginning of an argument. */
export function encodeJid(jid: string): string {
  return encodeName(jid);
}
