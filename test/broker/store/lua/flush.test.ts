import { suite } from "uvu";
import { flush } from "../../../../broker/store/scripts.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/flush");

const job = { v: 1, queue: "q", text: "text" } as const;

transition(
  test,
  "all jobs, queues and counts are gone; workers and the sequence stay, the rest expires",
  {
    given: {
      jobs: { a: job, b: { ...job, queue: "r" }, c: job, d: job, e: job, f: job, h: job, i: job },
      queues: { q: { a: "5/1" }, r: { b: "5/2" } },
      queueNames: ["empty", "q", "r"],
      sequence: 6,
      scheduled: { c: 9 },
      retries: { d: 9 },
      working: { e: 9 },
      reservations: { e: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
      ties: { e: { track: 1 } },
      progress: { "2:e": { percent: "5" } },
      stalling: { e: 8 },
      jobtypes: { T: 5 },
      figures: { "2:2026-01-01:T": { r1: 1 } },
      flushes: 2,
      dead: { f: 3 },
      cancelling: ["e"],
      cancelled: { h: 4 },
      cancels: { e: { at: 1 }, h: { at: 2 } },
      done: { i: 3 },
      paused: ["q"],
      removed: { "7": { g: 1 } },
      revived: { g: 1 },
      workers: { w: 400 },
      details: { w: { state: "running" } },
      counters: { processed: 3, failures: 1 },
      history: { "processed:2026-01-01": 3 },
    },
    when: ({ link, keys }) => flush.run(link, keys, {}),
    returns: undefined,
    leaves: {
      jobs: {},
      queues: {},
      queueNames: [],
      scheduled: {},
      retries: {},
      working: {},
      reservations: {},
      ties: {},
      stalling: {},
      jobtypes: {},
      flushes: 3,
      dead: {},
      cancelling: [],
      cancelled: {},
      cancels: {},
      done: {},
      paused: [],
      removed: {},
      revived: {},
      counters: {},
      history: {},
    },
    notices: ["flushed"],
  },
);

transition(test, "of an empty namespace nothing is gone", {
  when: ({ link, keys }) => flush.run(link, keys, {}),
  returns: undefined,
  leaves: { flushes: 1 },
  notices: ["flushed"],
});

test.run();
