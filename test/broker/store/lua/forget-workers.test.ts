import { suite } from "uvu";
import { forgetWorkers } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/forget-workers");

const run =
  (limit = 100) =>
  ({ link, keys }: TestStore) =>
    forgetWorkers.run(link, keys, { silentSince: 500, limit });

const running = { state: "running" };

const given = {
  workers: { a: 499, b: 500, c: 300, d: 501 },
  details: { a: running, b: running, c: running, d: running },
  jobs: { j: { v: 1, queue: "q", text: "text" } as const },
  working: { j: 9_000 },
  reservations: { j: { wid: "a", reservedAt: 1, place: "5/1", call: "c:1" } },
};

transition(test, "workers that have been silent are forgotten, and what they had stays reserved", {
  given,
  when: run(),
  returns: ["c", "a"],
  leaves: { workers: { b: 500, d: 501 }, details: { b: running, d: running } },
  notices: ["worker forgotten c", "worker forgotten a"],
});

transition(test, "at most so many are forgotten at once, the longest silent first", {
  given,
  when: run(1),
  returns: ["c"],
  leaves: { workers: { a: 499, b: 500, d: 501 }, details: { a: running, b: running, d: running } },
  notices: ["worker forgotten c"],
});

transition(test, "workers that beat are left alone", {
  given: { workers: { b: 500 }, details: { b: running } },
  when: run(),
  returns: [],
});

test.run();
