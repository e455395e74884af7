import { suite } from "uvu";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { snooze } from "../../../../broker/store/scripts.ts";
import { over } from "../../../kit/runs.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/snooze");

const NOW = 1_767_225_600_000;

const run =
  (...jobs: { jid: string; due?: number; token?: number }[]) =>
  async ({ link, keys }: TestStore) => {
    const items = jobs.map(({ due = NOW + 5_000, token = 0, ...job }) => ({ ...job, due, token }));
    const outcomes = await snooze.run(link, keys, { now: NOW, day: "2026-01-01" }, items);
    return outcomes.map((outcome) => (outcome === LATER ? "later" : outcome));
  };

const job = { v: 1, queue: "q", text: "text" } as const;
const failure = { retryCount: 1, remaining: 3, errtype: "E", message: "m" };
const reservation = { wid: "w 1", reservedAt: 7, place: "5/1", call: "c:1" };
const leased = { ...reservation, lease: { token: 7, ms: 30_000 } };
const snoozed = { attempt: 1, startedAt: 7, endedAt: NOW, wid: "w 1", outcome: "snoozed" };

transition(test, "a job waits for its time, and has not failed", {
  given: {
    jobs: {
      a: { ...job, enqueuedAt: 5, retry: 0 },
      b: { ...job, enqueuedAt: 5, failure, ...over(snoozed), runs: 4 },
    },
    working: { a: NOW + 1, b: NOW - 1 },
    reservations: { a: reservation, b: reservation },
    scheduled: { other: 3 },
    counters: { processed: 3, failures: 2 },
  },
  when: run({ jid: "a" }, { jid: "b", due: NOW + 0.5 }),
  returns: ["snoozed", "snoozed"],
  leaves: {
    jobs: {
      a: { ...job, retry: 0, ...over(snoozed) },
      b: { ...job, failure, ...over(snoozed, { ...snoozed, attempt: 3 }), runs: 5 },
    },
    working: {},
    reservations: {},
    scheduled: { other: 3, b: NOW + 0.5, a: NOW + 5_000 },
  },
});

transition(test, "one that was called off is cancelled, and waits for no time", {
  given: {
    jobs: { a: job },
    working: { a: NOW + 1 },
    reservations: { a: reservation },
    cancelling: ["a"],
    cancels: { a: { at: 5 } },
  },
  when: run({ jid: "a" }),
  returns: ["cancelled"],
  leaves: {
    jobs: { a: { ...job, ...over({ ...snoozed, outcome: "cancelled" }) } },
    working: {},
    reservations: {},
    cancelling: [],
    cancelled: { a: NOW },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

const elsewhere = {
  jobs: { queued: job, later: job, again: job, dead: job },
  queues: { q: { queued: "5/1" } },
  queueNames: ["q"],
  scheduled: { later: 9 },
  retries: { again: 9 },
  dead: { dead: 2 },
};

transition(test, "a job that is not being worked on is unknown, wherever it is", {
  given: elsewhere,
  when: run(...["queued", "later", "again", "dead", "nobody"].map((jid) => ({ jid }))),
  returns: ["unknown", "unknown", "unknown", "unknown", "unknown"],
});

transition(test, "a job is put off once, though it is named twice", {
  given: { jobs: { a: job }, working: { a: NOW }, reservations: { a: reservation } },
  when: run({ jid: "a" }, { jid: "a", due: NOW }),
  returns: ["snoozed", "unknown"],
  leaves: {
    jobs: { a: { ...job, ...over(snoozed) } },
    working: {},
    reservations: {},
    scheduled: { a: NOW + 5_000 },
  },
});

transition(test, "only the worker that has the lease can put the job off", {
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
  returns: ["stale", "stale", "stale", "snoozed"],
  leaves: {
    jobs: { a: { ...job, ...over(snoozed) }, b: job },
    working: { b: NOW },
    reservations: { b: reservation },
    scheduled: { a: NOW + 5_000 },
  },
});

const foreign = { ...job, v: 9 } as unknown as typeof job;

transition(test, "one that can't be read here stays with its worker", {
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
  returns: ["snoozed", "snoozed", "later"],
  leaves: {
    jobs: { a: { ...large, ...over(snoozed) }, b: { ...large, ...over(snoozed) }, c: large },
    working: { c: NOW },
    reservations: { c: reservation },
    scheduled: { a: NOW + 5_000, b: NOW + 5_000 },
  },
});

test.run();
