import { suite } from "uvu";
import { keepAlive } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/keep-alive");

const NOW = 1_000_000;

const run = ({ link, keys }: TestStore) => keepAlive.run(link, keys, { now: NOW });

transition(test, "before the first broker ever there was none", {
  given: {},
  when: run,
  returns: 0,
  leaves: { alive: NOW, outage: `0 ${NOW}` },
});

transition(test, "while brokers are there the last outage is what it was", {
  given: { alive: NOW - 1_000, outage: "4 5" },
  when: run,
  returns: 0,
  leaves: { alive: NOW },
});

transition(test, "when there was none for a while, that is noted", {
  given: { alive: NOW - 1_001, outage: "4 5" },
  when: run,
  returns: 0,
  leaves: { alive: NOW, outage: `${NOW - 1_001} ${NOW}` },
});

transition(test, "an outage that soon follows another is one with it", {
  given: { alive: NOW - 2_000, outage: `${NOW - 50_000} ${NOW - 11_999}` },
  when: run,
  returns: 0,
  leaves: { alive: NOW, outage: `${NOW - 50_000} ${NOW}` },
});

transition(test, "one that follows later is another", {
  given: { alive: NOW - 2_000, outage: `${NOW - 50_000} ${NOW - 12_000}` },
  when: run,
  returns: 0,
  leaves: { alive: NOW, outage: `${NOW - 2_000} ${NOW}` },
});

transition(test, "a clock that was ahead and is set right is believed", {
  given: { alive: NOW + 3_600_000, outage: "4 5" },
  when: run,
  returns: 0,
  leaves: { alive: NOW },
});

transition(test, "it tells how many places in queues there have been", {
  given: { alive: NOW, outage: "4 5", sequence: 7 },
  when: run,
  returns: 7,
});

test.run();
