import { suite } from "uvu";
import { forgetWorkers } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/forget-workers");

const run =
  (...wids: string[]) =>
  ({ link, keys }: TestStore) =>
    forgetWorkers.run(
      link,
      keys,
      { silentSince: 500 },
      wids.map((wid) => ({ wid })),
    );

const running = { state: "running" };

const given = {
  workers: { a: 499, b: 500, c: 300, d: 501 },
  details: { a: running, b: running, c: running, d: running },
  jobs: { j: { v: 1, queue: "q", text: "text" } as const },
  working: { j: 9_000 },
  reservations: { j: { wid: "a", reservedAt: 1, place: "5/1", call: "c:1" } },
};

transition(test, "workers that are silent are forgotten, and what they had stays reserved", {
  given,
  when: run("c", "a"),
  returns: ["c", "a"],
  leaves: { workers: { b: 500, d: 501 }, details: { b: running, d: running } },
  notices: ["worker forgotten c", "worker forgotten a"],
});

transition(test, "one that has beaten meanwhile, or is not there, is left alone", {
  given,
  when: run("b", "nobody", "d"),
  returns: [],
});

transition(test, "who has departed is remembered no longer, unless it came back and went since", {
  given: { ...given, departed: { gone: 499, again: 500 } },
  when: run("gone", "again"),
  returns: [],
  leaves: { departed: { again: 500 } },
});

test.run();
