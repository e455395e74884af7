import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { ack } from "../../../../broker/store/scripts.ts";
import { over } from "../../../kit/runs.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/ack");

const NOW = 1_767_225_600_000;

/** Each is a jid, or a jid and the token of its lease. */
const run =
  (...jobs: (string | [jid: string, token: number])[]) =>
  ({ link, keys }: TestStore) =>
    ack.run(
      link,
      keys,
      { now: NOW, day: "2026-01-01" },
      jobs.map((job) => {
        const [jid, token] = typeof job === "string" ? [job, 0] : job;
        return { jid, token };
      }),
    );

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };

const given = {
  jobs: { a: job, b: job, queued: job, later: job, again: job, dead: job },
  queues: { q: { queued: "5/3" } },
  queueNames: ["q"],
  sequence: 3,
  working: { a: 1_801, b: 1_802 },
  reservations: { a: reservation, b: reservation },
  scheduled: { later: 9 },
  retries: { again: 9 },
  dead: { dead: 2 },
};

transition(test, "nothing is left of a job that is done but the count", {
  given,
  when: run("a"),
  returns: ["done"],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

transition(test, "several jobs are counted on top of those before", {
  given: {
    ...given,
    counters: { processed: 10, failures: 2 },
    history: { "processed:2025-12-31": 4, "processed:2026-01-01": 6 },
  },
  when: run("a", "b"),
  returns: ["done", "done"],
  leaves: {
    jobs: { queued: job, later: job, again: job, dead: job },
    working: {},
    reservations: {},
    counters: { processed: 12, failures: 2 },
    history: { "processed:2025-12-31": 4, "processed:2026-01-01": 8 },
  },
});

transition(test, "a job that is in any other place is not done by it, and nothing is counted", {
  given,
  when: run("queued", "later", "again", "dead", "nobody"),
  returns: ["unknown", "unknown", "unknown", "unknown", "unknown"],
});

transition(test, "a job is done once, though it is named twice", {
  given,
  when: run("a", "nobody", "a"),
  returns: ["done", "unknown", "unknown"],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

const leased = {
  ...given,
  reservations: { a: { ...reservation, lease: { token: 7, ms: 30_000 } }, b: reservation },
};

transition(test, "a leased job is done by who has its lease", {
  given: leased,
  when: run(["a", 7]),
  returns: ["done"],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

transition(test, "with another token nothing is done, wherever the job is", {
  given: leased,
  when: run(["a", 6], ["a", 70], ["b", 7], ["queued", 7], ["dead", 7], ["nobody", 7]),
  returns: ["stale", "stale", "stale", "stale", "stale", "stale"],
});

transition(test, "who names no lease is not asked for it, as FWP has it", {
  given: leased,
  when: run("a"),
  returns: ["done"],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

const cancel = { at: 5, reason: "too late", by: "ops" };
const cancelled = over({
  attempt: 1,
  startedAt: 1,
  endedAt: NOW,
  wid: "w",
  outcome: "cancelled",
});
const called = { ...given, cancelling: ["a"], cancels: { a: cancel } };

transition(
  test,
  "one that was called off is cancelled, and counts as processed; the others are done",
  {
    given: called,
    when: run("a", "b", "a"),
    returns: ["cancelled", "done", "unknown"],
    leaves: {
      jobs: { a: { ...job, ...cancelled }, queued: job, later: job, again: job, dead: job },
      working: {},
      reservations: {},
      cancelling: [],
      cancelled: { a: NOW },
      counters: { processed: 2 },
      history: { "processed:2026-01-01": 2 },
    },
  },
);

const large = { ...job, text: "x".repeat(1_100_000) };

transition(test, "after large ones that were called off, others have to wait for the next call", {
  given: {
    ...called,
    jobs: { a: large, b: large },
    cancelling: ["a", "b"],
    cancels: { a: cancel, b: cancel },
  },
  when: run("a", "b"),
  returns: ["cancelled", LATER],
  leaves: {
    jobs: { a: { ...large, ...cancelled }, b: large },
    working: { b: 1_802 },
    reservations: { b: reservation },
    cancelling: ["b"],
    cancelled: { a: NOW },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

const foreign = { ...job, v: 9 } as unknown as typeof job;

transition(test, "in a record that can't be read here nothing is noted", {
  given: { ...called, jobs: { a: foreign }, damaged: { b: "c1" }, cancelling: ["a", "b"] },
  when: run("a", "b"),
  returns: ["cancelled", "cancelled"],
  leaves: {
    working: {},
    reservations: {},
    cancelling: [],
    cancelled: { a: NOW, b: NOW },
    counters: { processed: 2 },
    history: { "processed:2026-01-01": 2 },
  },
});

transition(test, "also of one that was called off a stale lease changes nothing", {
  given: { ...leased, cancelling: ["a"], cancels: { a: cancel } },
  when: run(["a", 6]),
  returns: ["stale"],
});

transition(test, "of a tracked job it is kept that it is done, and it can't stall any longer", {
  given: {
    ...given,
    ties: { a: { track: 5 }, b: {}, queued: { track: 5 } },
    stalling: { a: 9, queued: 9 },
    progress: { "2:a": { percent: "33", updatedAt: "7" } },
    flushes: 2,
  },
  when: run("a", "b"),
  returns: ["done", "done"],
  leaves: {
    jobs: { queued: job, later: job, again: job, dead: job },
    working: {},
    reservations: {},
    ties: { queued: { track: 5 } },
    stalling: { queued: 9 },
    progress: { "2:a": { percent: "33", state: "success", updatedAt: String(NOW) } },
    counters: { processed: 2 },
    history: { "processed:2026-01-01": 2 },
  },
});

test(
  "that it is done is kept for half an hour",
  withStore(async (world) => {
    const { redis, keys, seed } = world;
    await seed({ ...given, ties: { a: { track: 5 } } });
    await run("a")(world);
    const ms = await redis.pttl(`${keys.progress}0:a`);
    assert.ok(ms <= 1_800_000 && ms > 1_740_000, `${ms} ms`);
  }),
);

test.run();
