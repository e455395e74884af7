import { JOB_STATES, type JobState } from "../../protocol/job-state.ts";
import { STALL_POLICIES } from "../../protocol/progress.ts";
import { digits, integer, list, pairs, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";
import type { JobProgress, StallOutcome } from "./store.ts";
import type { Told } from "./told.ts";

/** The transitions of what jobs tell of themselves. What they do, and what they return, says the head of the file. */

export const noteProgress = new Script({
  name: "note-progress",
  keys: ["jobs", "working", "reservations", "ties", "progress", "stalling", "flushes"],
  fixed: ["now"],
  each: ["jid", "token", "told", "reserveUntil"],
  parse: digits,
});

export const findProgress = new Script({
  name: "find-progress",
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
    "ties",
    "progress",
    "stalling",
    "flushes",
  ],
  fixed: [],
  each: ["jid"],
  parse: (reply): FoundProgress[] =>
    list(reply).map((found) => {
      const [state, since, told] = list(found);
      return {
        state: text(state) === "" ? undefined : trackedStateOf(text(state)),
        since: Number(text(since)),
        told: new Map(pairs(told)),
      };
    }),
});

export const stall = new Script({
  name: "stall",
  keys: [
    "stalling",
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
    "progress",
    "flushes",
    "alive",
    "outage",
    "groups",
    "batch",
    "jobs",
    "queues",
    "sequence",
  ],
  fixed: ["now"],
  each: ["jid"],
  parse: (reply): StallOutcome[] =>
    list(reply).map((outcome) => {
      const [kind, second, wid, stallMs] = list(outcome);
      const name = text(kind);
      if (name === "unknown") return { kind: name };
      if (name === "postponed") return { kind: name, at: integer(second) };
      const policy = STALL_POLICIES.find((one) => one === name) ?? unexpected(outcome);
      const call = text(second);
      return { kind: "stalled", policy, call, wid: text(wid), stallMs: integer(stallMs) };
    }),
});

/** What is kept of a job that is, or was, tracked. */
interface FoundProgress {
  state: JobProgress["state"];
  /** Since when it is there, 0 when that is not known. */
  since: number;
  told: Told;
}

function trackedStateOf(name: string): JobProgress["state"] {
  return name === "success" || name === "failed" ? name : placeOf(name);
}

function placeOf(name: string): JobState {
  return JOB_STATES.find((one) => one === name) ?? unexpected(name);
}
