import { CommandError, echo } from "../errors.ts";
import { decodeString, JsonError, type JsonMember, scanJson } from "../json.ts";
import { isToken } from "../token.ts";

/** A job that is done. */
export interface Ack {
  jid: string;
  /** Millrace's own: of the lease that the worker has. See Hello.leaseSeconds. */
  token?: number;
}

/**
 * FWP: ACK. An object of strings, of which `jid` is read; here, unlike anywhere else, its case counts.
 * A `lease` is a number, which no Faktory would take.
 * @throws CommandError `invalid ACK <argument>`
 */
export function parseAck(argument: Buffer): Ack {
  const ack = findAck(argument);
  if (ack === undefined) throw new CommandError(`invalid ACK ${echo(argument)}`);
  return ack;
}

function findAck(argument: Buffer): Ack | undefined {
  try {
    const { members, slice } = scanJson(argument);
    const lease = members.findLast(({ name }) => name === "lease");
    if (members.some((member) => !isText(member) && member !== lease)) return undefined;
    const jid = members.findLast(({ name }) => name === "jid");
    if (jid === undefined) return undefined;
    const ack = { jid: jid.kind === "null" ? "" : decodeString(slice(jid.start + 1, jid.end - 1)) };
    if (lease === undefined) return ack;
    const token: unknown = JSON.parse(slice(lease.start, lease.end));
    return isToken(token) ? { ...ack, token } : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

function isText({ kind }: JsonMember): boolean {
  return kind === "string" || kind === "null";
}

export function encodeAck({ jid, token }: Ack): string {
  return `ACK ${JSON.stringify({ jid, lease: token })}`;
}
