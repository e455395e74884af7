import { suite } from "uvu";
import { purgeCancelled } from "../../../../broker/store/cancel-scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/purge-cancelled");

const run =
  (limits: { endedBefore: number; keep: number; limit: number }) =>
  ({ link, keys }: TestStore) =>
    purgeCancelled.run(link, keys, { ...limits, now: 999 });

const job = { v: 1, queue: "q", text: "text" } as const;
const cancel = { at: 1 };

const given = {
  jobs: { a: job, b: job, c: job, d: job, busy: job },
  working: { busy: 9 },
  reservations: { busy: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
  cancelling: ["busy"],
  cancelled: { a: 400, b: 100, c: 300, d: 200 },
  cancels: { a: cancel, b: cancel, c: cancel, d: cancel, busy: cancel },
  ties: { b: { track: 1 }, c: { track: 1 } },
};

transition(test, "of those that ended too long ago nothing is left", {
  given,
  when: run({ endedBefore: 300, keep: 100, limit: 100 }),
  returns: 2,
  leaves: {
    jobs: { a: job, c: job, busy: job },
    cancelled: { a: 400, c: 300 },
    cancels: { a: cancel, c: cancel, busy: cancel },
    ties: { c: { track: 1 } },
  },
});

transition(test, "of those that are too many the oldest are deleted, some at a time", {
  given,
  when: run({ endedBefore: 0, keep: 1, limit: 2 }),
  returns: 2,
  leaves: {
    jobs: { a: job, c: job, busy: job },
    cancelled: { a: 400, c: 300 },
    cancels: { a: cancel, c: cancel, busy: cancel },
    ties: { c: { track: 1 } },
  },
});

transition(test, "those that are neither too old nor too many stay", {
  given,
  when: run({ endedBefore: 100, keep: 4, limit: 100 }),
  returns: 0,
});

test.run();
