import { suite } from "uvu";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { complete, forgetDone } from "../../../../broker/store/scripts.ts";
import { over } from "../../../kit/runs.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/complete and forget-done");

const NOW = 1_767_225_600_000;
const FORGET_AT = NOW + 60_000;

interface Given {
  jid: string;
  token?: number;
  forgetAt?: number;
  result?: string;
}

const run =
  (...jobs: Given[]) =>
  async ({ link, keys }: TestStore) => {
    const items = jobs.map(({ token = 0, forgetAt = FORGET_AT, result = "", ...job }) => {
      return { ...job, token, forgetAt, result };
    });
    const outcomes = await complete.run(link, keys, { now: NOW, day: "2026-01-01" }, items);
    return outcomes.map((outcome) => (outcome === LATER ? "later" : outcome));
  };

const job = { v: 1, queue: "q", enqueuedAt: 5, text: "text" } as const;
const failure = { retryCount: 1, remaining: 3, errtype: "E", message: "m" };
const reservation = { wid: "w", reservedAt: 7, place: "5/1", call: "c:1" };
const leased = { ...reservation, lease: { token: 7, ms: 30_000 } };
const run1 = { attempt: 1, startedAt: 7, endedAt: NOW, wid: "w", outcome: "done" };
const done = { endedAt: NOW, ...over(run1) };

transition(test, "a job is kept until its time, with its result or without, and counted as any", {
  given: {
    jobs: {
      a: job,
      b: { ...job, failure, ...over({ ...run1, outcome: "failed" }), runs: 4 },
      c: job,
    },
    working: { a: NOW + 1, b: NOW - 1, c: NOW },
    reservations: { a: reservation, b: reservation, c: reservation },
    done: { other: 3 },
    counters: { processed: 3, failures: 2 },
    history: { "processed:2026-01-01": 1 },
  },
  when: run(
    { jid: "a", result: '{"n":1.0}' },
    { jid: "b", forgetAt: NOW + 1, result: '"ä\u2028"' },
    { jid: "c" },
  ),
  returns: ["done", "done", "done"],
  leaves: {
    jobs: {
      a: { ...job, ...done, result: '{"n":1.0}' },
      b: {
        ...job,
        failure,
        ...over({ ...run1, outcome: "failed" }, { ...run1, attempt: 3 }),
        runs: 5,
        endedAt: NOW,
        result: '"ä\u2028"',
      },
      c: { ...job, ...done },
    },
    working: {},
    reservations: {},
    done: { other: 3, b: NOW + 1, a: FORGET_AT, c: FORGET_AT },
    counters: { processed: 6, failures: 2 },
    history: { "processed:2026-01-01": 4 },
  },
});

transition(test, "a job that is not being worked on is unknown, wherever it is", {
  given: {
    jobs: { queued: job, later: job, again: job, dead: job, kept: job },
    queues: { q: { queued: "5/1" } },
    queueNames: ["q"],
    scheduled: { later: 9 },
    retries: { again: 9 },
    dead: { dead: 2 },
    done: { kept: 2 },
  },
  when: run(...["queued", "later", "again", "dead", "kept", "nobody"].map((jid) => ({ jid }))),
  returns: Array.from({ length: 6 }, () => "unknown" as const),
});

transition(test, "a job is done once, though it is named twice, and the first result stays", {
  given: { jobs: { a: job }, working: { a: NOW }, reservations: { a: reservation } },
  when: run({ jid: "a", result: "1" }, { jid: "a", result: "2" }),
  returns: ["done", "unknown"],
  leaves: {
    jobs: { a: { ...job, ...done, result: "1" } },
    working: {},
    reservations: {},
    done: { a: FORGET_AT },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

transition(test, "only the worker that has the lease can leave a result", {
  given: {
    jobs: { a: job, b: job },
    working: { a: NOW, b: NOW },
    reservations: { a: leased, b: reservation },
  },
  when: run(
    { jid: "a", token: 6 },
    { jid: "b", token: 7 },
    { jid: "nobody", token: 7 },
    { jid: "a", token: 7 },
  ),
  returns: ["stale", "stale", "stale", "done"],
  leaves: {
    jobs: { a: { ...job, ...done }, b: job },
    working: { b: NOW },
    reservations: { b: reservation },
    done: { a: FORGET_AT },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

const foreign = { ...job, v: 9 } as unknown as typeof job;

transition(test, "one that can't be read here stays with its worker, and is not counted", {
  given: {
    jobs: { foreign },
    damaged: { damaged: "c1" },
    working: { foreign: NOW, damaged: NOW, gone: NOW },
    reservations: { foreign: reservation, damaged: reservation, gone: reservation },
  },
  when: run({ jid: "foreign" }, { jid: "damaged" }, { jid: "gone" }),
  returns: [{ version: "9" }, { version: undefined }, { version: undefined }],
});

const large = { ...job, text: "x".repeat(600_000) };
const many = ["a", "b", "c"];

transition(test, "after a mebibyte of records the next jobs are to be asked for again", {
  given: {
    jobs: Object.fromEntries(many.map((jid) => [jid, large])),
    working: Object.fromEntries(many.map((jid) => [jid, NOW])),
    reservations: Object.fromEntries(many.map((jid) => [jid, reservation])),
  },
  when: run(...many.map((jid) => ({ jid }))),
  returns: ["done", "done", "later"],
  leaves: {
    jobs: { a: { ...large, ...done }, b: { ...large, ...done }, c: large },
    working: { c: NOW },
    reservations: { c: reservation },
    done: { a: FORGET_AT, b: FORGET_AT },
    counters: { processed: 2 },
    history: { "processed:2026-01-01": 2 },
  },
});

transition(test, "one that was called off is cancelled all the same, and its result is not kept", {
  given: {
    jobs: { a: job, b: job },
    working: { a: NOW + 1, b: NOW + 1 },
    reservations: { a: reservation, b: reservation },
    cancelling: ["a"],
    cancels: { a: { at: 5 } },
  },
  when: run({ jid: "a", result: "1" }, { jid: "b", result: "2" }),
  returns: ["cancelled", "done"],
  leaves: {
    jobs: {
      a: { ...job, ...over({ ...run1, outcome: "cancelled" }) },
      b: { ...job, ...done, result: "2" },
    },
    working: {},
    reservations: {},
    done: { b: FORGET_AT },
    cancelling: [],
    cancelled: { a: NOW },
    counters: { processed: 2 },
    history: { "processed:2026-01-01": 2 },
  },
});

const kept = { jobs: { a: job, b: job, c: job }, done: { a: NOW - 1, b: NOW, c: NOW + 1 } };

transition(test, "jobs are forgotten at their time, and it is told when the next one is", {
  given: kept,
  when: ({ link, keys }) => forgetDone.run(link, keys, { now: NOW, limit: 5 }),
  returns: { count: 2, nextAt: NOW + 1 },
  leaves: { jobs: { c: job }, done: { c: NOW + 1 } },
});

transition(test, "a bounded number of them, those first that are due first", {
  given: kept,
  when: ({ link, keys }) => forgetDone.run(link, keys, { now: NOW + 5, limit: 2 }),
  returns: { count: 2, nextAt: NOW + 1 },
  leaves: { jobs: { c: job }, done: { c: NOW + 1 } },
});

transition(test, "where none is kept none is forgotten", {
  given: { jobs: { a: job }, dead: { a: 1 } },
  when: ({ link, keys }) => forgetDone.run(link, keys, { now: NOW, limit: 2 }),
  returns: { count: 0, nextAt: undefined },
});

transition(test, "of a tracked job it is known that it is done, also when it is forgotten soon", {
  given: {
    jobs: { a: job, b: job },
    working: { a: NOW, b: NOW },
    reservations: { a: reservation, b: reservation },
    ties: { a: { track: 5 } },
    stalling: { a: 9, b: 9 },
  },
  when: run({ jid: "a" }, { jid: "b" }),
  returns: ["done", "done"],
  leaves: {
    jobs: { a: { ...job, ...done }, b: { ...job, ...done } },
    working: {},
    reservations: {},
    done: { a: FORGET_AT, b: FORGET_AT },
    stalling: { b: 9 },
    progress: { "0:a": { state: "success", updatedAt: String(NOW) } },
    counters: { processed: 2 },
    history: { "processed:2026-01-01": 2 },
  },
});

test.run();
