import type { WorkerState } from "../../protocol/worker-state.ts";
import { bytes, integer, isOne, list, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";
import type { FailOutcome, Promoted } from "./store.ts";

/** All transitions, one script each. What they do, and what they return, says the head of the file. */

export const push = new Script({
  name: "push",
  keys: ["jobs", "queues", "queue", "scheduled", "dead", "sequence", "notices"],
  fixed: ["origin"],
  each: ["jid", "queue", "band", "due", "record"],
  parse: (reply) => list(reply).map(isOne),
});

export interface HandedOut {
  jid: string;
  record: Buffer;
  queue: string;
  left: number;
}

export const reserve = new Script({
  name: "reserve",
  keys: ["jobs", "queue", "working", "reservations"],
  fixed: ["now", "call"],
  each: ["wid", "queues"],
  parse: (reply): (HandedOut | undefined)[] =>
    list(reply).map((handedOut) => {
      if (handedOut === null) return undefined;
      const [jid, record, queue, left] = list(handedOut);
      return { jid: text(jid), record: bytes(record), queue: text(queue), left: integer(left) };
    }),
});

export const release = new Script({
  name: "release",
  keys: ["jobs", "queue", "working", "reservations", "notices"],
  fixed: ["origin"],
  each: ["jid", "call"],
  parse: (reply) => list(reply).map(isOne),
});

export const ack = new Script({
  name: "ack",
  keys: ["jobs", "working", "reservations", "counters", "history"],
  fixed: ["day"],
  each: ["jid"],
  parse: (reply) => list(reply).map(isOne),
});

export const fail = new Script({
  name: "fail",
  keys: ["jobs", "working", "reservations", "retries", "dead", "counters", "history"],
  fixed: ["now", "day"],
  each: ["jid", "report", "jitter", "cause"],
  parse: (reply): FailOutcome[] =>
    list(reply).map((outcome) => {
      const [kind, at] = list(outcome);
      const name = text(kind);
      if (name === "retried") return { kind: name, at: integer(at) };
      if (name === "died" || name === "discarded" || name === "unknown") return { kind: name };
      return unexpected(outcome);
    }),
});

export const promote = new Script({
  name: "promote",
  keys: ["jobs", "queues", "queue", "scheduled", "retries", "sequence", "notices"],
  fixed: ["origin", "now", "limit"],
  each: [],
  parse: (reply): Promoted => {
    const [scheduled, retries, nextDue, queues] = list(reply);
    return {
      scheduled: integer(scheduled),
      retries: integer(retries),
      nextAt: nextDue === null ? undefined : Number(text(nextDue)),
      queues: list(queues).map(text),
    };
  },
});

export const registerWorker = new Script({
  name: "register-worker",
  keys: ["workers", "worker"],
  fixed: ["now", "wid", "hostname", "pid", "labels", "rssKb"],
  each: [],
  parse: workerState,
});

export const disconnectWorker = new Script({
  name: "disconnect-worker",
  keys: ["workers", "worker"],
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

export const forgetWorkers = new Script({
  name: "forget-workers",
  keys: ["workers", "worker", "notices"],
  fixed: ["silentSince", "limit"],
  each: [],
  parse: (reply) => list(reply).map(text),
});

export const purgeDead = new Script({
  name: "purge-dead",
  keys: ["jobs", "dead"],
  fixed: ["diedBefore", "keep", "limit"],
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
    "counters",
    "history",
  ],
  fixed: [],
  each: [],
  parse: () => undefined,
});

function workerState(reply: unknown): WorkerState {
  const state = text(reply);
  if (state === "running" || state === "quiet" || state === "terminate") return state;
  return unexpected(reply);
}
