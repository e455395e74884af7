import { Connection } from "./connection.ts";
import { matches } from "./match.ts";
import { substitute } from "./substitute.ts";
import type { Step, Transcript } from "./transcript.ts";

export interface Server {
  host: string;
  port: number;
  password?: string | undefined;
}

export interface Performance {
  /** What was sent and what came, written as in a transcript. */
  log: string[];
  /** The first step that did not go as written. */
  failure?: Failure;
}

export interface Failure {
  line: number;
  expected: string;
  actual: string;
}

/** Enough of a line to recognise it; one transcript sends 32 MiB. */
const LOGGED_CHARACTERS = 2000;

const ESCAPES: Record<string, string> = { r: "\r", n: "\n", t: "\t", "\\": "\\" };

/** Plays the transcript to its end, or until a reply is not the expected one. */
export async function play(transcript: Transcript, server: Server): Promise<Performance> {
  const connections = new Map<string, Connection>();
  const log: string[] = [];
  const leases = new Map<string, number>();
  const bids: string[] = [];
  try {
    for (const step of transcript.steps) {
      const known = connections.get(step.connection);
      const connection = known ?? (await Connection.open(server.host, server.port));
      connections.set(step.connection, connection);
      const failure = await perform(step, connection, { ...server, leases, bids, log });
      if (failure) return { log, failure };
    }
    const failure = findUnread(connections, transcript.steps.at(-1)?.line ?? 0);
    return failure ? { log, failure } : { log };
  } finally {
    for (const connection of connections.values()) connection.close();
  }
}

/** What all steps of a performance share. */
interface Stage {
  password?: string | undefined;
  leases: Map<string, number>;
  bids: string[];
  log: string[];
}

async function perform(
  step: Step,
  connection: Connection,
  { password, leases, bids, log }: Stage,
): Promise<Failure | undefined> {
  if (step.action === "close") {
    log.push(`${step.connection} > (close)`);
    connection.close();
    return undefined;
  }
  const { greeting } = connection;
  const text = substitute(step.text, { greeting, password, leases, bids });
  if (step.action === "send") {
    log.push(shorten(`${step.connection} ${step.raw ? ">>" : ">"} ${text}`));
    connection.send(step.raw ? unescape(text) : `${text}\r\n`);
    return undefined;
  }
  const reply = await connection.read(step.withinMs);
  const actual = shorten(`${step.connection} < ${reply}`);
  if (!matches(text, reply)) {
    return { line: step.line, expected: shorten(`${step.connection} < ${text}`), actual };
  }
  log.push(actual);
  noteLease(reply, leases);
  noteBid(reply, bids);
  return undefined;
}

/** A fetched job may have a lease, which later steps name. */
function noteLease(reply: string, leases: Map<string, number>): void {
  const [, jid, token] = /^\$ \{"jid":"([^"]+)".*,"lease":(\d+)\}$/s.exec(reply) ?? [];
  if (jid !== undefined) leases.set(jid, Number(token));
}

/** So may a batch. */
function noteBid(reply: string, bids: string[]): void {
  const [, bid] = /^\$ (b-[\w-]{14})$/.exec(reply) ?? [];
  if (bid !== undefined && !bids.includes(bid)) bids.push(bid);
}

/** A reply that nobody asked for, such as the second line of a split one. */
function findUnread(connections: Map<string, Connection>, line: number): Failure | undefined {
  for (const [name, { unread }] of connections) {
    if (unread === "") continue;
    const actual = shorten(`${name} < ${JSON.stringify(unread)}`);
    return { line, expected: `${name} < nothing more`, actual };
  }
  return undefined;
}

/** The bytes of a `>>` line: its UTF-8, with every escape replaced by the byte it names. */
function unescape(text: string): Buffer {
  const bytes = Buffer.from(text).toString("latin1");
  const unescaped = bytes.replace(
    /\\(?:x([0-9a-f]{2})|([rnt\\]))/g,
    (_, hex: string | undefined, letter: string) =>
      hex === undefined ? (ESCAPES[letter] ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(unescaped, "latin1");
}

function shorten(text: string): string {
  return text.length > LOGGED_CHARACTERS ? `${text.slice(0, LOGGED_CHARACTERS)}…` : text;
}
