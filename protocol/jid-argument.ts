import { isUtf8 } from "node:buffer";
import { CommandError, echo } from "./errors.ts";
import { checkId } from "./id.ts";
import { decodeString, JsonError, scanJson } from "./json.ts";

/** A JSON string, or what has neither a quote before it nor a space in it; and what follows a space. */
const WRITTEN = /^(?:("(?:[^"\\]|\\.)*")|([^" ][^ ]*))(?: +(.*))?$/s;

/** What has to be written as a JSON string: spaces, line ends, and what could be taken for JSON. */
const IS_PLAIN = /^[^"{[\s\p{Cc}][^\s\p{Cc}]*$/u;

/**
 * Reads a jid that begins an argument. It is written as it is where it has no space in it and does not
 * begin with a quote; any jid may be written as a JSON string.
 * @param usage of the command, for the error when nothing is there
 * @returns the jid, and what follows behind a space
 * @throws CommandError
 */
export function cutJid(argument: Buffer, usage: string): { jid: string; rest: string } {
  if (!isUtf8(argument)) throw new CommandError("jid is not valid Unicode");
  const text = argument.toString();
  if (text === "") throw new CommandError(`missing argument, usage: ${usage}`);
  const [, quoted, plain, rest = ""] = WRITTEN.exec(text) ?? [];
  const jid = quoted === undefined ? plain : decodeJid(quoted);
  if (jid === undefined) throw new CommandError(`invalid jid ${echo(text)}, usage: ${usage}`);
  checkId("jid", jid);
  return { jid, rest };
}

/** The same where nothing may follow. @throws CommandError */
export function parseJid(argument: Buffer, usage: string): string {
  const { jid, rest } = cutJid(argument, usage);
  if (rest === "") return jid;
  throw new CommandError(
    `one jid is due, and a jid with a space in it is written as a JSON string; usage: ${usage}`,
  );
}

/** Undefined when the string is no JSON. */
function decodeJid(quoted: string): string | undefined {
  try {
    scanJson(Buffer.from(quoted));
    return decodeString(quoted.slice(1, -1));
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** A jid as the beginning of an argument. */
export function encodeJid(jid: string): string {
  return IS_PLAIN.test(jid) ? jid : JSON.stringify(jid);
}
