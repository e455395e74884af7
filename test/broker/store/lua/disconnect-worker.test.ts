import { suite } from "uvu";
import { disconnectWorker } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/disconnect-worker");

const run =
  (wid: string) =>
  ({ link, keys }: TestStore) =>
    disconnectWorker.run(link, keys, { wid });

const given = {
  workers: { v: 400, w: 500 },
  details: { v: { state: "running", connections: "2" }, w: { state: "quiet", connections: "1" } },
};

transition(test, "a worker with connections left stays", {
  given,
  when: run("v"),
  returns: 1,
  leaves: { details: { ...given.details, v: { state: "running", connections: "1" } } },
});

transition(test, "with its last connection a worker is forgotten", {
  given,
  when: run("w"),
  returns: 0,
  leaves: { workers: { v: 400 }, details: { v: given.details.v } },
});

transition(test, "when it has beaten it is remembered that it has departed", {
  given: {
    workers: { w: 500 },
    details: { w: { state: "running", connections: "1", beatenAt: "500" } },
  },
  when: run("w"),
  returns: 0,
  leaves: { workers: {}, details: {}, departed: { w: 500 } },
});

transition(test, "a worker that is not known stays unknown", {
  given,
  when: run("nobody"),
  returns: 0,
});

test.run();
