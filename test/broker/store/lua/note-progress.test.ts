import { suite } from "uvu";
import * as assert from "uvu/assert";
import { noteProgress } from "../../../../broker/store/progress-scripts.ts";
import { pack } from "../../../../broker/store/record.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/note-progress");

const NOW = 1_000_000;
const HALF_AN_HOUR_MS = 1_800_000;

interface Given {
  jid?: string;
  token?: number;
  told?: Record<string, string>;
  reserveUntil?: number;
}

const run =
  (...reports: Given[]) =>
  ({ link, keys }: TestStore) =>
    noteProgress.run(
      link,
      keys,
      { now: NOW },
      reports.map(({ jid = "a", token = 0, told = {}, reserveUntil }) => ({
        jid,
        token,
        told: pack(told),
        reserveUntil: reserveUntil ?? "",
      })),
    );

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w x", reservedAt: 1, place: "5/1", call: "c:1" };

/** "a" is being worked on without a lease, "b" with one. */
const given = {
  jobs: { a: job, b: job, later: job },
  working: { a: NOW + 9, b: NOW + 9 },
  reservations: { a: reservation, b: { ...reservation, lease: { token: 7, ms: 30_000 } } },
  scheduled: { later: NOW + 9 },
};

const noted = { updatedAt: String(NOW), seq: String(NOW) };
const tied = { track: NOW };

transition(test, "what is told of a run is kept with the call that handed the job out", {
  given,
  when: run({ told: { percent: "0", desc: "begun", result: '{"rows": 1.0}' } }),
  returns: [true],
  leaves: {
    progress: {
      "0:a": { ...noted, run: "c:1", percent: "0", desc: "begun", result: '{"rows": 1.0}' },
    },
    ties: { a: tied },
  },
});

transition(test, "what is left out stays, and the sequence grows within a millisecond, too", {
  given: {
    ...given,
    ties: { a: { track: 5 } },
    progress: { "0:a": { run: "c:1", percent: "5", desc: "x", updatedAt: "3", seq: "1000007" } },
  },
  when: run({ told: { percent: "6" } }, { told: { desc: "y" } }),
  returns: [true, true],
  leaves: {
    progress: { "0:a": { ...noted, run: "c:1", percent: "6", desc: "y", seq: "1000009" } },
  },
});

transition(test, "what an earlier run told is gone with the first word of the next", {
  given: {
    ...given,
    progress: {
      "0:a": {
        run: "c:0",
        percent: "80",
        desc: "x",
        result: "1",
        stallMs: "5000",
        onStall: "retry",
        stalledAt: "3",
        updatedAt: "3",
        seq: "3",
      },
    },
    stalling: { a: NOW - 1 },
  },
  when: run({ told: { desc: "again" } }),
  returns: [true],
  leaves: {
    progress: { "0:a": { ...noted, run: "c:1", desc: "again" } },
    ties: { a: tied },
    stalling: {},
  },
});

transition(test, "each word moves the time from which the run is stalled, and ends a stall", {
  given: {
    ...given,
    ties: { a: { track: 5 }, b: { track: 5 } },
    progress: {
      "0:a": { run: "c:1", stallMs: "60000", onStall: "retry", stalledAt: "3", seq: "3" },
    },
  },
  when: run({}, { jid: "b", token: 7, told: { stallMs: "5000", onStall: "warn" } }),
  returns: [true, true],
  leaves: {
    progress: {
      "0:a": { ...noted, run: "c:1", stallMs: "60000", onStall: "retry" },
      "0:b": { ...noted, run: "c:1", stallMs: "5000", onStall: "warn" },
    },
    stalling: { a: NOW + 60_000, b: NOW + 5_000 },
  },
});

transition(test, "with 0 nobody waits for the next word any longer", {
  given: {
    ...given,
    ties: { a: { track: 5 } },
    progress: { "0:a": { run: "c:1", stallMs: "60000", onStall: "retry" } },
    stalling: { a: NOW + 5 },
  },
  when: run({ told: { stallMs: "0", onStall: "warn" } }),
  returns: [true],
  leaves: {
    progress: { "0:a": { ...noted, run: "c:1", stallMs: "0", onStall: "warn" } },
    stalling: {},
  },
});

transition(test, "a reservation is made longer, and never shorter", {
  given,
  when: run({ reserveUntil: NOW + 60_000 }, { jid: "b", reserveUntil: NOW + 8 }),
  returns: [true, true],
  leaves: {
    working: { a: NOW + 60_000, b: NOW + 9 },
    progress: { "0:a": { ...noted, run: "c:1" }, "0:b": { ...noted, run: "c:1" } },
    ties: { a: tied, b: tied },
  },
});

transition(test, "of a job that nobody works on it is kept, and nobody waits for more", {
  given,
  when: run(
    {
      jid: "later",
      told: { percent: "1", stallMs: "5000", onStall: "retry" },
      reserveUntil: NOW + 60_000,
    },
    { jid: "nowhere", told: { percent: "2" } },
  ),
  returns: [true, true],
  leaves: {
    progress: { "0:later": { ...noted, percent: "1" }, "0:nowhere": { ...noted, percent: "2" } },
    ties: { later: tied },
  },
});

transition(test, "under another lease, or none, nothing changes", {
  given,
  when: run(
    { jid: "b", token: 6, told: { percent: "1" }, reserveUntil: NOW + 60_000 },
    { jid: "a", token: 7 },
    { jid: "later", token: 7 },
    { jid: "nowhere", token: 7 },
  ),
  returns: [false, false, false, false],
});

transition(test, "what was told before a FLUSH is not looked at", {
  given: { ...given, flushes: 2, progress: { "1:a": { run: "c:1", desc: "old", seq: "9999999" } } },
  when: run({ told: { percent: "1" } }),
  returns: [true],
  leaves: {
    progress: {
      "1:a": { run: "c:1", desc: "old", seq: "9999999" },
      "2:a": { ...noted, run: "c:1", percent: "1" },
    },
    ties: { a: tied },
  },
});

test(
  "it is kept for half an hour, and for as long again as the run may be silent",
  withStore(async (world) => {
    const { redis, keys, seed } = world;
    await seed(given);
    await run({}, { jid: "b", told: { stallMs: "3600000", onStall: "warn" } })(world);
    const kept = async (jid: string) => await redis.pttl(`${keys.progress}0:${jid}`);
    // It has begun to expire, by Redis' own clock.
    const isAbout = (ms: number, expected: number) => ms <= expected && ms > expected - 60_000;
    assert.ok(isAbout(await kept("a"), HALF_AN_HOUR_MS));
    assert.ok(isAbout(await kept("b"), HALF_AN_HOUR_MS + 3_600_000));
  }),
);

test.run();
