import { suite } from "uvu";
import { keepAlive } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/keep-alive");

const NOW = 1_000_000;

const run = ({ link, keys }: TestStore) => keepAlive.run(link, keys, { now: NOW, gap: 3_000 });

transition(test, "the first broker ever is there from now on", {
  given: {},
  when: run,
  returns: undefined,
  leaves: { alive: NOW, resumed: NOW },
});

transition(test, "while brokers are there nothing has been resumed", {
  given: { alive: NOW - 3_000, resumed: 5 },
  when: run,
  returns: undefined,
  leaves: { alive: NOW },
});

transition(test, "after a while without any it has", {
  given: { alive: NOW - 3_001, resumed: 5 },
  when: run,
  returns: undefined,
  leaves: { alive: NOW, resumed: NOW },
});

transition(test, "a broker whose word comes late takes nothing back", {
  given: { alive: NOW + 1, resumed: 5 },
  when: run,
  returns: undefined,
});

test.run();
