import { CommandError } from "../errors.ts";
import { checkId } from "../id.ts";
import { JsonError, scanJson } from "../json.ts";
import { DEFAULT_LEASE_SECONDS, MAX_LEASE_SECONDS, MIN_LEASE_SECONDS } from "../limits.ts";
import { readMembers } from "../members.ts";

/** FWP: HELLO, the first command of every connection. */
export interface Hello {
  /** The client's protocol version; 0 when it names none. Below 2, its password is hashed once. */
  version: number;
  passwordHash: string;
  /** Only a worker process has one; all connections of that process send the same. */
  wid: string;
  hostname: string;
  pid: number;
  labels: string[];
  rssKb: number;
  /**
   * Millrace's own, asked for by `"ext":["lease"]`: the jobs of this connection are leased for so
   * long, and come with a token. A Faktory passes over it.
   */
  leaseSeconds?: number;
}

const SHAPE = {
  v: "int",
  pwdhash: "string",
  wid: "string",
  hostname: "string",
  pid: "int",
  labels: "strings",
  rss_kb: "int",
  username: "string",
  ext: "strings",
  lease_for: "int",
} as const;

/** @throws CommandError */
export function parseHello(argument: Buffer): Hello {
  try {
    const json = scanJson(argument);
    if (json.kind !== "object") throw new JsonError(`must be an object, not ${json.kind}`);
    // FWP: the line begins with `HELLO {`.
    if (json.start > 0) throw new JsonError("a single space must stand before the object");
    const members = readMembers(json, SHAPE, "HELLO");
    const { v: version = 0 } = members;
    if (version < 0 || version > 255) throw new JsonError("v must be between 0 and 255");
    checkId("wid", members.wid ?? "");
    const isLeased = members.ext?.includes("lease") === true;
    // Its BEATs could renew leases, and would never be told which it has lost.
    if (isLeased && !members.wid) throw new JsonError("who asks for leases needs a wid");
    return {
      version,
      passwordHash: members.pwdhash ?? "",
      wid: members.wid ?? "",
      hostname: members.hostname ?? "",
      pid: members.pid ?? 0,
      labels: members.labels ?? [],
      rssKb: members.rss_kb ?? 0,
      ...(isLeased && { leaseSeconds: readLease(members.lease_for) }),
    };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new CommandError(`invalid HELLO: ${error.message}`, { cause: error });
  }
}

function readLease(seconds = DEFAULT_LEASE_SECONDS): number {
  if (seconds >= MIN_LEASE_SECONDS && seconds <= MAX_LEASE_SECONDS) return seconds;
  throw new JsonError(`lease_for must be between ${MIN_LEASE_SECONDS} and ${MAX_LEASE_SECONDS}`);
}

/** What a client says of itself; a producer needs no wid. */
export function encodeHello(hello: Partial<Hello>): string {
  const members = {
    v: hello.version,
    pwdhash: hello.passwordHash,
    wid: hello.wid,
    hostname: hello.hostname,
    pid: hello.pid,
    labels: hello.labels,
    rss_kb: hello.rssKb,
    ...(hello.leaseSeconds && { ext: ["lease"], lease_for: hello.leaseSeconds }),
  };
  return `HELLO ${JSON.stringify(members)}`;
}
