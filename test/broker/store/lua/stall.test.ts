import { suite } from "uvu";
import * as assert from "uvu/assert";
import { stall } from "../../../../broker/store/progress-scripts.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/stall");

const NOW = 1_000_000;
const WEEK_MS = 604_800_000;

const run =
  (...jids: string[]) =>
  ({ link, keys }: TestStore) =>
    stall.run(
      link,
      keys,
      { now: NOW },
      jids.map((jid) => ({ jid })),
    );

const reservation = { wid: "w x", reservedAt: 1, place: "5/1", call: "c:1" };
const told = { run: "c:1", stallMs: "5000", onStall: "warn" };
const leased = { ...reservation, lease: { token: 7, ms: 30_000 } };

const given = {
  alive: NOW,
  reservations: { a: reservation, b: { ...reservation, wid: "" } },
  stalling: { a: NOW, b: NOW - 1 },
  progress: { "0:a": told, "0:b": { ...told, onStall: "retry" } },
};

transition(test, "a run is stalled from its time on; where more is to be done it comes up again", {
  given,
  when: run("a", "b"),
  returns: [
    { kind: "stalled", policy: "warn", call: "c:1", wid: "w x", stallMs: 5_000 },
    { kind: "stalled", policy: "retry", call: "c:1", wid: "", stallMs: 5_000 },
  ],
  leaves: {
    stalling: { b: NOW + 60_000 },
    progress: {
      "0:a": { ...told, stalledAt: String(NOW) },
      "0:b": { ...told, onStall: "retry", stalledAt: String(NOW) },
    },
  },
});

transition(test, "a run may wish to be called off, and its worker is told", {
  given: {
    ...given,
    working: { a: NOW + 9, plain: NOW + 9 },
    reservations: { a: leased, plain: { ...reservation, wid: "" } },
    stalling: { a: NOW, plain: NOW },
    progress: {
      "0:a": { ...told, onStall: "cancel" },
      "0:plain": { ...told, onStall: "cancel", stallMs: "1500" },
    },
  },
  when: run("a", "plain"),
  returns: [
    { kind: "stalled", policy: "cancel", call: "c:1", wid: "w x", stallMs: 5_000 },
    { kind: "stalled", policy: "cancel", call: "c:1", wid: "", stallMs: 1_500 },
  ],
  leaves: {
    stalling: {},
    progress: {
      "0:a": { ...told, onStall: "cancel", stalledAt: String(NOW) },
      "0:plain": { ...told, onStall: "cancel", stallMs: "1500", stalledAt: String(NOW) },
    },
    cancelling: ["a", "plain"],
    cancels: {
      a: { at: NOW, reason: "no progress for 5 s", by: "stall" },
      plain: { at: NOW, reason: "no progress for 1.5 s", by: "stall" },
    },
  },
  notices: ['cancel {"wid":"w x","jid":"a","lease":7,"reason":"no progress for 5 s","by":"stall"}'],
});

transition(test, "one that was called off before is left alone, and stays as it was called off", {
  given: {
    ...given,
    working: { a: NOW + 9, b: NOW + 9 },
    cancelling: ["a", "b"],
    cancels: { a: { at: 5, by: "ops" }, b: { at: 6 } },
    progress: { "0:a": { ...told, onStall: "cancel" }, "0:b": { ...told, onStall: "retry" } },
  },
  when: run("a", "b"),
  returns: [{ kind: "unknown" }, { kind: "unknown" }],
  leaves: { stalling: {} },
});

transition(test, "since when it is stalled stays when it comes up again", {
  given: { ...given, progress: { "0:b": { ...told, onStall: "retry", stalledAt: "5" } } },
  when: run("b"),
  returns: [{ kind: "stalled", policy: "retry", call: "c:1", wid: "", stallMs: 5_000 }],
  leaves: { stalling: { a: NOW, b: NOW + 60_000 } },
});

transition(test, "one whose time has not come, since it has told something, is not", {
  given: { ...given, stalling: { a: NOW + 1 } },
  when: run("a", "nobody"),
  returns: [{ kind: "unknown" }, { kind: "unknown" }],
});

transition(test, "what is left of a run that has ended never touches another one", {
  given: {
    ...given,
    reservations: { a: { ...reservation, call: "c:2" }, other: reservation },
    stalling: { a: NOW, b: NOW, expired: NOW, plain: NOW, later: NOW + 1 },
    progress: { "0:a": told, "0:b": told, "0:plain": { run: "c:1", stallMs: "0" } },
  },
  when: run("a", "b", "expired", "plain"),
  returns: Array.from({ length: 4 }, () => ({ kind: "unknown" as const })),
  leaves: { stalling: { later: NOW + 1 } },
});

transition(test, "when a broker is there again after a while, each has time to be heard", {
  given: { ...given, outage: `${NOW - 3_000} ${NOW - 1_000}` },
  when: run("a", "b"),
  returns: [
    { kind: "postponed", at: NOW + 2_333 },
    { kind: "postponed", at: NOW + 2_333 },
  ],
  leaves: { stalling: { a: NOW + 2_333, b: NOW + 2_333 } },
});

transition(test, "so it is when the broker that asks is the first to be there again", {
  given: { ...given, alive: NOW - 3_000 },
  when: run("a"),
  returns: [{ kind: "postponed", at: NOW + 3_333 }],
  leaves: { stalling: { a: NOW + 3_333, b: NOW - 1 } },
});

transition(test, "a moment without any broker costs nobody all of the time", {
  given: { ...given, alive: NOW - 1_200, outage: "0 0" },
  when: run("a"),
  returns: [{ kind: "stalled", policy: "warn", call: "c:1", wid: "w x", stallMs: 5_000 }],
  leaves: {
    stalling: { b: NOW - 1 },
    progress: { ...given.progress, "0:a": { ...told, stalledAt: String(NOW) } },
  },
});

test(
  "for a week it is known how long a stalled run may be silent, should it go on",
  withStore(async (world) => {
    const { redis, keys, seed } = world;
    await seed(given);
    await run("a")(world);
    const ms = await redis.pttl(`${keys.progress}0:a`);
    assert.ok(ms <= WEEK_MS && ms > WEEK_MS - 60_000, `${ms} ms`);
  }),
);

test.run();
