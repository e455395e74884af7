import { parentPort } from "node:worker_threads";
import { CommandError } from "../../protocol/errors.ts";
import { commands } from "./index.ts";
import { OUTLINE } from "./outline.ts";

/** What the thread is asked; see ArgumentParser. */
export interface ParserRequest {
  /** Of the command; or what OUTLINE has for one. */
  verb: string;
  argument: Uint8Array;
  receivedAt: number;
}

export type ParserReply =
  | { parsed: unknown }
  | { refusal: { message: string; code: string; jid?: string } }
  | { fault: unknown };

function parse({ verb, argument, receivedAt }: ParserRequest): ParserReply {
  try {
    const { buffer, byteOffset, byteLength } = argument;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    const asked = verb === OUTLINE.verb ? OUTLINE : commands.get(verb);
    return { parsed: asked?.parse(bytes, receivedAt) };
  } catch (fault) {
    if (!(fault instanceof CommandError)) return { fault };
    const { message, code, jid } = fault;
    return { refusal: { message, code, ...(jid !== undefined && { jid }) } };
  }
}

parentPort?.on("message", (request: ParserRequest) => parentPort?.postMessage(parse(request)));
