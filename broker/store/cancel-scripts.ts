import { readCancel } from "./cancel.ts";
import { LATER } from "./group-commit.ts";
import { integer, list, text, unexpected } from "./redis-reply.ts";
import { Script } from "./script.ts";
import type { CancelOutcome } from "./store.ts";

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
  ],
  fixed: ["now"],
  each: ["jid", "why"],
  parse: (reply): (CancelOutcome | { state: "unreadable"; version: string } | typeof LATER)[] =>
    list(reply).map((outcome) => {
      const [name, told] = list(outcome);
      const state = text(name);
      if (state === "later") return LATER;
      if (state === "unreadable") return { state, version: text(told) };
      if (state === "dead" || state === "unknown") return { state };
      if (state === "cancelled" || state === "cancelling")
        return { state, cancel: readCancel(told) };
      return unexpected(outcome);
    }),
});

export const purgeCancelled = new Script({
  name: "purge-cancelled",
  keys: ["jobs", "cancels", "cancelled"],
  fixed: ["endedBefore", "keep", "limit"],
  each: [],
  parse: integer,
});
