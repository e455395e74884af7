import { createHash } from "node:crypto";

const NOW = /\$\{now\+(\d+)s\}/g;
const REPEAT = /\$\{"([^"]+)" \* (\d+)\}/g;
const LEASE = /\$\{lease ([^}]+)\}/g;
const BID = /\$\{bid (\d+)\}/g;
const PWDHASH = /\$\{pwdhash( once)?\}/g;

/** What a transcript's own text can't tell. */
export interface Circumstances {
  /** What came first on this connection. */
  greeting: string;
  password?: string | undefined;
  /** The token that each job came with. */
  leases?: ReadonlyMap<string, number>;
  /** Those that replies have told, in their order. */
  bids?: readonly string[];
}

/**
 * Replaces what a transcript cannot say literally:
 *
 *     ${now+2s}         the time two seconds from now, in RFC 3339
 *     ${lease <jid>}    the token with which that job was fetched last, on whichever connection
 *     ${bid 1}          the bid that came first, and so on
 *     ${"ab" * 1000}    the text, so many times
 *     ${pwdhash}        the password's hash for the greeting that came on this connection
 *     ${pwdhash once}   the same with a single round, as a client without `"v":2` computes it
 */
export function substitute(
  text: string,
  { greeting, password = "", leases = new Map(), bids = [] }: Circumstances,
): string {
  return text
    .replace(LEASE, (_, jid: string) => String(leases.get(jid)))
    .replace(BID, (_, place: string) => String(bids[Number(place) - 1]))
    .replace(NOW, (_, seconds) => new Date(Date.now() + Number(seconds) * 1000).toISOString())
    .replace(REPEAT, (_, repeated: string, times) => repeated.repeat(Number(times)))
    .replace(PWDHASH, (_, once) => hashPassword(password, greeting, once !== undefined));
}

function hashPassword(password: string, greeting: string, once: boolean): string {
  const salt = /"s":"([^"]*)"/.exec(greeting)?.[1] ?? "";
  const rounds = once ? 1 : Number(/"i":(\d+)/.exec(greeting)?.[1] ?? 1);
  let hash = Buffer.from(password + salt);
  for (let round = 0; round < rounds; round++) hash = createHash("sha256").update(hash).digest();
  return hash.toString("hex");
}
