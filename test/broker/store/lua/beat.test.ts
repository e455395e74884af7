import { suite } from "uvu";
import { beat } from "../../../../broker/store/scripts.ts";
import type { WorkerBeat } from "../../../../broker/store/store.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/beat");

const run =
  (...beats: WorkerBeat[]) =>
  ({ link, keys }: TestStore) =>
    beat.run(link, keys, { now: 500 }, beats);

const states = ["running", "quiet", "terminate"] as const;

for (const [rank, state] of states.entries()) {
  for (const [toldRank, told] of states.entries()) {
    const isNews = toldRank > rank;
    const after = isNews ? told : state;
    transition(test, `a worker that is in ${state} and says ${told} is in ${after}`, {
      given: { workers: { "w 1": 400 }, details: { "w 1": { state, rssKb: "1", pid: "3" } } },
      when: run({ wid: "w 1", state: told, rssKb: 9 }),
      returns: [after],
      leaves: {
        workers: { "w 1": 500 },
        details: { "w 1": { state: after, rssKb: "9", beatenAt: "500", pid: "3" } },
      },
      notices: isNews ? [`worker ${told} w 1`] : [],
    });
  }
}

transition(test, "of several beats each is answered for itself", {
  given: {
    workers: { v: 400, w: 410, x: 420 },
    details: { v: { state: "quiet" }, w: { state: "running" }, x: { state: "running" } },
  },
  when: run(
    { wid: "w", state: "terminate", rssKb: 5 },
    { wid: "nobody", state: "quiet", rssKb: 5 },
    { wid: "v", state: "running", rssKb: 6 },
    { wid: "w", state: "running", rssKb: 7 },
  ),
  returns: ["terminate", undefined, "quiet", "terminate"],
  leaves: {
    workers: { v: 500, w: 500, x: 420 },
    details: {
      v: { state: "quiet", rssKb: "6", beatenAt: "500" },
      w: { state: "terminate", rssKb: "7", beatenAt: "500" },
      x: { state: "running" },
    },
  },
  notices: ["worker terminate w"],
});

test.run();
