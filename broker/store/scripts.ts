import type { Cancel } from "../../protocol/cancel.ts";
import { JOB_STATES, type JobState } from "../../protocol/job-state.ts";
import type { WorkerState } from "../../protocol/worker-state.ts";
import { readBehalfRefusal } from "./behalf.ts";
import { readCancel } from "./cancel.ts";
import { LATER } from "./group-commit.ts";
import { unpack } from "./record.ts";
import { bytes, digits, integer, list, pairs, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";
import type {
  AckOutcome,
  DeleteOutcome,
  FailOutcome,
  HandBackOutcome,
  JobHold,
  PushOutcome,
  PushRefusal,
  RenewOutcome,
  SilentWorker,
  SnoozeOutcome,
} from "./store.ts";
import type { Told } from "./told.ts";

/** All transitions, one script each. What they do, and what they return, says the head of the file. */

export const push = new Script({
  name: "push",
  keys: [
    "jobs",
    "queues",
    "queue",
    "scheduled",
    "retries",
    "working",
    "dead",
    "done",
    "removals",
    "revived",
    "sequence",
    "notices",
    "cancels",
    "cancelling",
    "cancelled",
    "ties",
    "groups",
    "reservations",
    "batch",
  ],
  fixed: ["origin", "now"],
  each: ["jid", "queue", "band", "due", "ties", "behalf", "record"],
  parse: (reply): PushOutcome[] => {
    const [letters, ...refusals] = list(reply);
    return Array.from(text(letters), (letter) => {
      if (letter === "s") return "stored";
      if (letter === "l") return "live";
      return letter === "r" ? readRefusal(refusals.shift()) : unexpected(text(letters));
    });
  },
});

function readRefusal(reply: unknown): PushRefusal {
  const behalf = readBehalfRefusal(reply);
  if (behalf !== undefined) return behalf;
  const [name, told, running] = list(reply);
  const kind = text(name);
  switch (kind) {
    case "cancelled":
    case "cancelling":
      return { kind, cancel: readCancel(told) };
    case "closed":
      return { kind, group: text(told), running: integer(running) };
    case "no batch":
    case "overtaken":
      return { kind, bid: text(told) };
    case "batch cancelled":
      return { kind, bid: text(told), cancel: readCancel(running) };
    default:
      return unexpected(kind);
  }
}

export interface HandedOut {
  jid: string;
  record: Buffer;
  queue: string;
  left: number;
  /** Of its lease, where it has one. */
  token: number | undefined;
}

/** A job that can't be read here, and so was not handed out. */
export interface PutAside {
  jid: string;
  /** Of its format; undefined when its record is damaged. */
  version: string | undefined;
}

export const reserve = new Script({
  name: "reserve",
  keys: [
    "jobs",
    "queues",
    "queue",
    "working",
    "reservations",
    "paused",
    "retries",
    "dead",
    "tokens",
    "ties",
    "cancels",
    "cancelled",
    "groups",
    "batch",
    "sequence",
    "notices",
  ],
  fixed: ["now", "call"],
  each: ["wid", "queues", "lease"],
  parse: (reply): (HandedOut | PutAside | typeof LATER | "again" | undefined)[] => {
    const [packed, ...records] = list(reply);
    const answers = list(unpack(bytes(packed)));
    const parsed: (HandedOut | PutAside | typeof LATER | "again" | undefined)[] = [];
    let next = 0;
    for (let index = 0; index < answers.length; index += 4) {
      const [jid, queue, last, token] = answers.slice(index, index + 4);
      if (typeof jid === "string" && typeof queue === "string" && typeof last === "number") {
        const record = bytes(records[next++]);
        parsed.push({ jid, record, queue, left: last, token: optional(token) });
      } else if (typeof jid === "string" && queue === false) {
        parsed.push({ jid, version: last === false ? undefined : String(last) });
      } else if (jid === true) {
        parsed.push(last === true ? "again" : LATER);
      } else if (jid === false) {
        parsed.push(undefined);
      } else {
        return unexpected(answers);
      }
    }
    return parsed;
  },
});

export const release = new Script({
  name: "release",
  keys: [
    "jobs",
    "queues",
    "queue",
    "working",
    "reservations",
    "notices",
    "cancelling",
    "cancelled",
    "counters",
    "history",
    "ties",
    "groups",
    "sequence",
    "batch",
  ],
  fixed: ["origin", "now", "day"],
  each: ["jid", "call", "token"],
  parse: (reply): (HandBackOutcome | typeof LATER)[] =>
    list(reply).map((queue) => {
      if (queue === 0) return "stale";
      if (queue === 1) return "cancelled";
      if (queue === 2) return LATER;
      return queue === null ? "unknown" : { queue: text(queue) };
    }),
});

export const snooze = new Script({
  name: "snooze",
  keys: [
    "jobs",
    "working",
    "reservations",
    "scheduled",
    "cancelling",
    "cancelled",
    "counters",
    "history",
    "ties",
    "groups",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now", "day"],
  each: ["jid", "due", "token"],
  parse: (reply): (SnoozeOutcome | Unreadable | typeof LATER)[] =>
    list(reply).map((outcome) => {
      const word = text(outcome);
      if (word === "later") return LATER;
      if (word === "snoozed" || word === "cancelled") return word;
      if (word === "unknown" || word === "stale") return word;
      return unreadable(word);
    }),
});

/** A record that can't be read here; the version is undefined when it is damaged. */
export interface Unreadable {
  version: string | undefined;
}

function unreadable(words: string): Unreadable {
  const [, version] = /^unreadable (.*)$/.exec(words) ?? unexpected(words);
  return { version: version || undefined };
}

export const ack = new Script({
  name: "ack",
  keys: [
    "jobs",
    "working",
    "reservations",
    "counters",
    "history",
    "ties",
    "cancelling",
    "cancelled",
    "groups",
    "progress",
    "stalling",
    "flushes",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now", "day"],
  each: ["jid", "token"],
  parse: (reply): (AckOutcome | typeof LATER)[] =>
    Array.from(text(reply), (letter) => ACK_OUTCOMES[letter] ?? unexpected(text(reply))),
});

const ACK_OUTCOMES: Record<string, AckOutcome | typeof LATER> = {
  d: "done",
  c: "cancelled",
  u: "unknown",
  s: "stale",
  w: LATER,
};

export const complete = new Script({
  name: "complete",
  keys: [
    "jobs",
    "working",
    "reservations",
    "done",
    "counters",
    "history",
    "ties",
    "cancelling",
    "cancelled",
    "groups",
    "progress",
    "stalling",
    "flushes",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now", "day"],
  each: ["jid", "token", "forgetAt", "result"],
  parse: (reply): (AckOutcome | Unreadable | typeof LATER)[] =>
    list(reply).map((outcome) => {
      const word = text(outcome);
      if (word === "later") return LATER;
      if (word === "done" || word === "cancelled") return word;
      if (word === "unknown" || word === "stale") return word;
      return unreadable(word);
    }),
});

export const fail = new Script({
  name: "fail",
  keys: [
    "jobs",
    "working",
    "reservations",
    "retries",
    "dead",
    "counters",
    "history",
    "alive",
    "outage",
    "ties",
    "cancelling",
    "cancelled",
    "groups",
    "progress",
    "stalling",
    "flushes",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now", "day"],
  each: ["jid", "report", "jitter", "cause", "token", "call"],
  parse: (reply): (FailOutcome | { kind: "unreadable"; version: string } | typeof LATER)[] =>
    list(reply).map((outcome) => {
      const [kind, at, isLost] = list(outcome);
      const name = text(kind);
      const lost = isLost === 1 ? ({ isLost: true } as const) : {};
      if (name === "later") return LATER;
      if (name === "retried") return { kind: name, at: integer(at), ...lost };
      if (name === "died") return { kind: name, ...lost };
      if (name === "postponed") return { kind: name, at: integer(at) };
      if (name === "unreadable") return { kind: name, version: text(at) };
      if (name === "discarded" || name === "cancelled") return { kind: name };
      if (name === "stale" || name === "unknown") return { kind: name };
      return unexpected(outcome);
    }),
});

export const renew = new Script({
  name: "renew",
  keys: ["working", "reservations", "cancels", "cancelling"],
  fixed: ["now"],
  each: ["jid", "token"],
  parse: (reply): RenewOutcome[] => {
    const [letters, ...cancels] = list(reply);
    return Array.from(text(letters), (letter) => {
      if (letter === "r") return "renewed";
      if (letter === "l") return "lost";
      return letter === "c" ? { cancel: readCancel(cancels.shift()) } : unexpected(text(letters));
    });
  },
});

export const keepAlive = new Script({
  name: "keep-alive",
  keys: ["alive", "outage", "sequence"],
  fixed: ["now"],
  each: [],
  parse: integer,
});

export const locate = new Script({
  name: "locate",
  keys: [
    "jobs",
    "queue",
    "scheduled",
    "retries",
    "working",
    "reservations",
    "dead",
    "cancelled",
    "done",
  ],
  fixed: [],
  each: ["jid"],
  parse: (reply): (Place | undefined)[] =>
    list(reply).map((found) => (found === null ? undefined : placeOf(list(found)))),
});

export const lookUp = new Script({
  name: "look-up",
  keys: [
    "jobs",
    "queue",
    "scheduled",
    "retries",
    "working",
    "reservations",
    "dead",
    "cancelled",
    "done",
    "cancels",
    "ties",
    "progress",
    "stalling",
    "flushes",
  ],
  fixed: ["jid"],
  each: [],
  parse: (reply): Found | Unreadable | undefined => {
    if (reply === null) return undefined;
    const [first, score, reservation, record, told, why] = list(reply);
    if (score === undefined) return { version: text(first) || undefined };
    const place = placeOf([first, score, reservation]);
    const found = { ...place, record: bytes(record), told: new Map(pairs(told)) };
    return why === null ? found : { ...found, cancel: readCancel(why) };
  },
});

/** A job with its record. */
export interface Found extends Place {
  record: Buffer;
  told: Told;
  /** When it was called off. */
  cancel?: Cancel;
}

export const listJobs = new Script({
  name: "list",
  keys: ["jobs", "queue", "scheduled", "retries", "working", "dead", "done", "cancelled"],
  fixed: ["limit"],
  each: ["state", "queue", "score", "jid"],
  parse: (reply): { found: ListedRecord[]; isEnd: boolean } => {
    const [mayBeMore, ...flat] = list(reply);
    const found: ListedRecord[] = [];
    for (let index = 0; index < flat.length; index += 5) {
      const [place, jid, score, record, version] = flat.slice(index, index + 5);
      const listed = { section: integer(place) - 1, jid: text(jid), score: text(score) };
      if (version === null) found.push({ ...listed, record: bytes(record) });
      else found.push({ ...listed, version: text(version) || undefined });
    }
    return { found, isEnd: integer(mayBeMore) === 0 };
  },
});

export const listGroup = new Script({
  name: "list-group",
  keys: ["jobs", "queue", "scheduled", "retries", "working", "dead", "cancelled", "done", "groups"],
  fixed: ["limit", "group", "score", "jid"],
  each: [],
  parse: (reply): { found: GroupedRecord[]; isEnd: boolean } => {
    const [mayBeMore, ...flat] = list(reply);
    const found: GroupedRecord[] = [];
    for (let index = 0; index < flat.length; index += 6) {
      const [jid, hold, state, score, record, version] = flat.slice(index, index + 6);
      const place = state === null ? undefined : placeOf([state, score, Buffer.alloc(0)]);
      const listed = { jid: text(jid), hold: text(hold), place };
      if (version === null) found.push({ ...listed, record: bytes(record) });
      else found.push({ ...listed, version: text(version) || undefined });
    }
    return { found, isEnd: integer(mayBeMore) === 0 };
  },
});

/** A job of a group: how that has it, where it is, and its record. It may be nowhere any longer. */
export type GroupedRecord = { jid: string; hold: string; place: Place | undefined } & (
  | { record: Buffer }
  | Unreadable
);

/** A job in a set, with its record or why that can't be read here. */
export type ListedRecord = { section: number; jid: string; score: string } & (
  | { record: Buffer }
  | Unreadable
);

export const deleteJob = new Script({
  name: "delete",
  keys: [
    "jobs",
    "queue",
    "scheduled",
    "retries",
    "working",
    "dead",
    "done",
    "cancelled",
    "cancels",
    "ties",
    "groups",
    "batch",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now", "jid"],
  each: [],
  parse: (reply): DeleteOutcome | Unreadable => {
    const word = text(reply);
    if (word === "deleted" || word === "working" || word === "unknown") return word;
    return unreadable(word);
  },
});

/** Where a job is: the state, its score in the set that makes it, and its reservation's text. */
export interface Place {
  state: JobState;
  score: number;
  reservation: string;
}

function placeOf([name, score, reservation]: unknown[]): Place {
  const state = JOB_STATES.find((one) => one === text(name)) ?? unexpected(name);
  return { state, score: Number(text(score)), reservation: text(reservation) };
}

export const enqueue = new Script({
  name: "enqueue",
  keys: [
    "jobs",
    "queues",
    "queue",
    "scheduled",
    "retries",
    "dead",
    "sequence",
    "notices",
    "ties",
    "groups",
    "batch",
  ],
  fixed: ["origin", "now", "dueBy"],
  each: ["set", "jid"],
  parse: (reply): (string | typeof LATER | undefined)[] =>
    list(reply).map((queue) => {
      if (queue === 0) return LATER;
      return queue === null ? undefined : text(queue);
    }),
});

export const findHold = new Script({
  name: "find-hold",
  keys: ["ties", "sequence", "notices", "batch", "groups", "jobs", "queue", "queues"],
  fixed: ["jid"],
  each: [],
  parse: (reply): JobHold | undefined => {
    if (reply === null) return undefined;
    const [kind, name] = list(reply).map(text);
    if (kind === "waits" || kind === "runs" || kind === "tag" || kind === "batch")
      return { kind, name: name ?? "" };
    return unexpected(kind);
  },
});

export const read = new Script({
  name: "read",
  keys: ["jobs"],
  fixed: [],
  each: ["jid"],
  parse: (reply) => list(reply).map((record) => (record === null ? undefined : bytes(record))),
});

export const kill = new Script({
  name: "kill",
  keys: [
    "scheduled",
    "retries",
    "dead",
    "ties",
    "groups",
    "batch",
    "jobs",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now"],
  each: ["set", "jid"],
  parse: digits,
});

export const discard = new Script({
  name: "discard",
  keys: [
    "jobs",
    "scheduled",
    "retries",
    "dead",
    "ties",
    "groups",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["now"],
  each: ["set", "jid"],
  parse: digits,
});

export const clear = new Script({
  name: "clear",
  keys: ["scheduled", "retries", "dead", "removals", "removed", "sequence"],
  fixed: ["set"],
  each: [],
  parse: () => undefined,
});

export const pauseQueues = new Script({
  name: "pause-queues",
  keys: ["paused"],
  fixed: [],
  each: ["queue"],
  parse: () => undefined,
});

export const resumeQueues = new Script({
  name: "resume-queues",
  keys: ["paused", "notices", "sequence"],
  fixed: [],
  each: ["queue"],
  parse: () => undefined,
});

export const removeQueues = new Script({
  name: "remove-queues",
  keys: ["queues", "queue", "paused", "removals", "removed", "sequence"],
  fixed: [],
  each: ["queue"],
  parse: () => undefined,
});

export const deleteRemoved = new Script({
  name: "delete-removed",
  keys: [
    "jobs",
    "removals",
    "removed",
    "revived",
    "ties",
    "groups",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["limit", "now"],
  each: [],
  parse: integer,
});

export const latency = new Script({
  name: "latency",
  keys: ["jobs", "queue"],
  fixed: [],
  each: ["queue"],
  parse: (reply) => list(reply).map((since) => (since === null ? undefined : Number(text(since)))),
});

export const lengths = new Script({
  name: "lengths",
  keys: ["queue"],
  fixed: [],
  each: ["queue"],
  parse: (reply) => list(reply).map(integer),
});

export const registerWorker = new Script({
  name: "register-worker",
  keys: ["workers", "worker", "departed"],
  fixed: ["now", "wid", "hostname", "pid", "labels", "rssKb"],
  each: [],
  parse: workerState,
});

export const disconnectWorker = new Script({
  name: "disconnect-worker",
  keys: ["workers", "worker", "departed"],
  fixed: ["wid"],
  each: [],
  parse: integer,
});

export const beat = new Script({
  name: "beat",
  keys: ["workers", "worker", "notices"],
  fixed: ["now"],
  each: ["wid", "state", "rssKb"],
  parse: (reply) => list(reply).map((state) => (state === null ? undefined : workerState(state))),
});

export const silentWorkers = new Script({
  name: "silent-workers",
  keys: ["workers", "worker", "departed", "alive", "outage"],
  fixed: ["now", "silence", "limit"],
  each: [],
  parse: (reply): SilentWorker[] => {
    const flat = list(reply);
    const silent: SilentWorker[] = [];
    for (let index = 0; index < flat.length; index += 2) {
      silent.push({ wid: text(flat[index]), hasBeaten: integer(flat[index + 1]) === 1 });
    }
    return silent;
  },
});

export const forgetWorkers = new Script({
  name: "forget-workers",
  keys: ["workers", "worker", "departed", "notices"],
  fixed: ["silentSince"],
  each: ["wid"],
  parse: (reply) => list(reply).map(text),
});

export const purgeDead = new Script({
  name: "purge-dead",
  keys: ["jobs", "dead", "ties", "groups", "batch", "queue", "queues", "sequence", "notices"],
  fixed: ["diedBefore", "keep", "limit", "now"],
  each: [],
  parse: integer,
});

export const forgetDone = new Script({
  name: "forget-done",
  keys: ["jobs", "done", "ties", "groups", "batch", "queue", "queues", "sequence", "notices"],
  fixed: ["now", "limit"],
  each: [],
  parse: (reply): { count: number; nextAt: number | undefined } => {
    const [count, nextAt] = list(reply);
    return { count: integer(count), nextAt: nextAt === null ? undefined : Number(text(nextAt)) };
  },
});

export const purgeHistory = new Script({
  name: "purge-history",
  keys: ["history"],
  fixed: ["before"],
  each: [],
  parse: integer,
});

export const flush = new Script({
  name: "flush",
  keys: [
    "jobs",
    "queues",
    "queue",
    "scheduled",
    "retries",
    "working",
    "reservations",
    "dead",
    "done",
    "paused",
    "removals",
    "removed",
    "revived",
    "counters",
    "history",
    "ties",
    "cancelling",
    "cancelled",
    "cancels",
    "stalling",
    "jobtypes",
    "notices",
    "groups",
    "flushes",
    "batch",
  ],
  fixed: [],
  each: [],
  parse: () => undefined,
});

/** A number, or the false that Lua has for nothing. */
function optional(value: unknown): number | undefined {
  return value === false ? undefined : integer(value);
}

export function workerState(reply: unknown): WorkerState {
  const state = text(reply);
  if (state === "running" || state === "quiet" || state === "terminate") return state;
  return unexpected(reply);
}
