import { CommandError, echo } from "../errors.ts";
import { decodeString, JsonError, scanJson } from "../json.ts";

/**
 * FWP: ACK. An object of strings, of which `jid` is read; here, unlike anywhere else, its case counts.
 * @throws CommandError `invalid ACK <argument>`
 */
export function parseAck(argument: Buffer): { jid: string } {
  const jid = findJid(argument);
  if (jid === undefined) throw new CommandError(`invalid ACK ${echo(argument)}`);
  return { jid };
}

function findJid(argument: Buffer): string | undefined {
  try {
    const { members, slice } = scanJson(argument);
    if (members.some(({ kind }) => kind !== "string" && kind !== "null")) return undefined;
    const jid = members.findLast(({ name }) => name === "jid");
    if (jid?.kind === "null") return "";
    return jid && decodeString(slice(jid.start + 1, jid.end - 1));
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

export function encodeAck(ack: { jid: string }): string {
  return `ACK ${JSON.stringify(ack)}`;
}
