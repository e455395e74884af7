import { readCancel } from "./cancel.ts";
import { LATER } from "./group-commit.ts";
import { integer, list, pairs, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";
import type { CancelOutcome, GroupCancellation, JobGroup } from "./store.ts";

/** The transitions of what is called off. What they do, and what they return, says the head of the file. */

export const cancel = new Script({
  name: "cancel",
  keys: [
    "jobs",
    "queue",
    "scheduled",
    "retries",
    "working",
    "reservations",
    "dead",
    "cancels",
    "cancelling",
    "cancelled",
    "notices",
    "ties",
    "groups",
    "done",
    "batch",
    "queues",
    "sequence",
  ],
  fixed: ["now"],
  each: ["jid", "why"],
  parse: (reply): (CancelOutcome | { state: "unreadable"; version: string } | typeof LATER)[] =>
    list(reply).map((outcome) => {
      const [name, told] = list(outcome);
      const state = text(name);
      if (state === "later") return LATER;
      if (state === "unreadable") return { state, version: text(told) };
      if (state === "dead" || state === "done" || state === "unknown") return { state };
      if (state === "cancelled" || state === "cancelling")
        return { state, cancel: readCancel(told) };
      return unexpected(outcome);
    }),
});

export const purgeCancelled = new Script({
  name: "purge-cancelled",
  keys: [
    "jobs",
    "cancels",
    "cancelled",
    "ties",
    "groups",
    "batch",
    "queue",
    "queues",
    "sequence",
    "notices",
  ],
  fixed: ["endedBefore", "keep", "limit", "now"],
  each: [],
  parse: integer,
});

export const cancelGroup = new Script({
  name: "cancel-group",
  keys: ["jobs", "queue", "queues", "sequence", "notices", "ties", "groups", "batch"],
  fixed: ["now", "group", "reason", "by"],
  each: [],
  parse: readGroup,
});

export const findGroup = new Script({
  name: "find-group",
  keys: ["groups"],
  fixed: ["group"],
  each: [],
  parse: readGroup,
});

export const sweepGroup = new Script({
  name: "sweep-group",
  keys: [
    "scheduled",
    "retries",
    "queue",
    "working",
    "reservations",
    "cancels",
    "cancelling",
    "cancelled",
    "notices",
    "ties",
    "groups",
    "batch",
    "jobs",
    "queues",
    "sequence",
  ],
  fixed: ["now", "group", "limit"],
  each: ["jid"],
  parse: integer,
});

export const purgeCancellations = new Script({
  name: "purge-cancellations",
  keys: ["groups"],
  fixed: ["endedBefore", "keep", "limit"],
  each: [],
  parse: integer,
});

function readGroup(reply: unknown): JobGroup {
  const [live, running, ...told] = list(reply);
  const group = { live: integer(live) + integer(running), running: integer(running) };
  if (told.length === 0) return group;
  const fields = Object.fromEntries(pairs(told).map(([name, value]) => [name, text(value)]));
  return { ...group, cancellation: readCancellation(fields) };
}

/** To the scripts an empty text is none. */
function readCancellation(fields: Record<string, string>): GroupCancellation {
  const { at, reason, by, waiting, endedAt } = fields;
  const cancellation: GroupCancellation = { at: Number(at), waiting: Number(waiting) };
  if (reason) cancellation.reason = reason;
  if (by) cancellation.by = by;
  if (endedAt !== undefined) cancellation.endedAt = Number(endedAt);
  return cancellation;
}
