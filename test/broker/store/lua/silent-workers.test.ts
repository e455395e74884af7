import { suite } from "uvu";
import { silentWorkers } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/silent-workers");

const run =
  (limit = 100) =>
  ({ link, keys }: TestStore) =>
    silentWorkers.run(link, keys, { now: 100_500, silence: 100_000, limit });

const given = {
  alive: 100_499,
  workers: { a: 499, b: 500, c: 300 },
  details: { a: { state: "running", beatenAt: "499" }, b: { state: "running" }, c: { state: "x" } },
};

const silent = [
  { wid: "c", hasBeaten: false },
  { wid: "a", hasBeaten: true },
];

transition(test, "those are silent that have not beaten for too long, the longest first", {
  given,
  when: run(),
  returns: silent,
});

transition(test, "at most so many are told of", {
  given,
  when: run(1),
  returns: silent.slice(0, 1),
});

transition(test, "nobody is silent that could not be heard", {
  given: { ...given, outage: "8835 33835" },
  when: run(),
  returns: [],
});

transition(test, "but is when there was time to be heard again", {
  given: { ...given, outage: "8833 33833" },
  when: run(),
  returns: silent,
});

transition(test, "an outage that is short for them costs nobody anything", {
  given: { ...given, outage: "8836 33835" },
  when: run(),
  returns: silent,
});

transition(test, "an outage that is still to come, since a clock was ahead, is none", {
  given: { ...given, outage: "100500 200000" },
  when: run(),
  returns: silent,
});

transition(test, "nor is anybody to the first broker that is there again", {
  given: { ...given, alive: 75_500 },
  when: run(),
  returns: [],
});

transition(test, "those who have departed are silent in their time", {
  given: { ...given, departed: { gone: 499, "just gone": 500 } },
  when: run(),
  returns: [...silent, { wid: "gone", hasBeaten: true }],
});

test.run();
