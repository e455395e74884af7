import { suite } from "uvu";
import { registerWorker } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/register-worker");

const run =
  (wid: string) =>
  ({ link, keys }: TestStore) =>
    registerWorker.run(link, keys, {
      now: 500,
      wid,
      hostname: "host",
      pid: 42,
      labels: '["a"]',
      rssKb: 7,
    });

const details = {
  hostname: "host",
  pid: "42",
  labels: '["a"]',
  startedAt: "500",
  rssKb: "7",
  state: "running",
  connections: "1",
};

const older = { ...details, hostname: "other", startedAt: "100", connections: "2" };

transition(test, "the first connection tells who the worker is", {
  given: { workers: { v: 400 }, details: { v: older } },
  when: run("w"),
  returns: "running",
  leaves: { workers: { v: 400, w: 500 }, details: { v: older, w: details } },
});

transition(test, "one that had departed is there again, and has beaten before", {
  given: { departed: { v: 1, w: 2 } },
  when: run("w"),
  returns: "running",
  leaves: {
    departed: { v: 1 },
    workers: { w: 500 },
    details: { w: { ...details, beatenAt: "2" } },
  },
});

transition(test, "a further connection is counted, and counts as a beat", {
  given: { workers: { w: 400 }, details: { w: older } },
  when: run("w"),
  returns: "running",
  leaves: { workers: { w: 500 }, details: { w: { ...older, connections: "3" } } },
});

for (const state of ["quiet", "terminate"] as const) {
  transition(test, `a further connection of a worker that is in ${state} learns of it`, {
    given: { workers: { w: 400 }, details: { w: { ...older, state } } },
    when: run("w"),
    returns: state,
    leaves: { workers: { w: 500 }, details: { w: { ...older, state, connections: "3" } } },
  });
}

transition(test, "what is left of a worker that was forgotten counts no more", {
  given: { details: { w: { ...older, state: "terminate" } } },
  when: run("w"),
  returns: "running",
  leaves: { workers: { w: 500 }, details: { w: details } },
});

test.run();
