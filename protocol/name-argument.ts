import { isUtf8 } from "node:buffer";
import { CommandError, echo } from "./errors.ts";
import { decodeString, JsonError, scanJson } from "./json.ts";

/** A JSON string, or what has neither a quote before it nor a space in it; and what follows a space. */
const WRITTEN = /^(?:("(?:[^"\\]|\\.)*")|([^" ][^ ]*))(?: +(.*))?$/s;

/** What has to be written as a JSON string: spaces, line ends, and what could be taken for JSON. */
const IS_PLAIN = /^[^"{[\s\p{Cc}][^\s\p{Cc}]*$/u;

/**
 * Reads a jid or a tag that begins an argument. It is written as it is where it has no space in it and
 * does not begin with a quote; any may be written as a JSON string.
 * @param what it is, for the errors
 * @param usage of the command, for the error when nothing is there
 * @returns the name, and what follows behind a space
 * @throws CommandError
 */
export function cutName(
  what: string,
  argument: Buffer,
  usage: string,
): { name: string; rest: string } {
  if (!isUtf8(argument)) throw new CommandError(`${what} is not valid Unicode`);
  const text = argument.toString();
  if (text === "") throw new CommandError(`missing argument, usage: ${usage}`);
  const [, quoted, plain, rest = ""] = WRITTEN.exec(text) ?? [];
  const name = quoted === undefined ? plain : decodeName(quoted);
  if (name === undefined) throw new CommandError(`invalid ${what} ${echo(text)}, usage: ${usage}`);
  return { name, rest };
}

/** The same where nothing may follow. @throws CommandError */
export function parseName(what: string, argument: Buffer, usage: string): string {
  const { name, rest } = cutName(what, argument, usage);
  if (rest === "") return name;
  throw new CommandError(
    `one ${what} is due, and a ${what} with a space in it is written as a JSON string; usage: ${usage}`,
  );
}

/** Undefined when the string is no JSON. */
function decodeName(quoted: string): string | undefined {
  try {
    scanJson(Buffer.from(quoted));
    return decodeString(quoted.slice(1, -1));
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** A name as the beginning of an argument. */
export function encodeName(name: string): string {
  return IS_PLAIN.test(name) ? name : JSON.stringify(name);
}
