import { suite } from "uvu";
import { encodeCancel } from "../../../../broker/store/cancel.ts";
import { cancel } from "../../../../broker/store/cancel-scripts.ts";
import { LATER } from "../../../../broker/store/group-commit.ts";
import type { Cancel } from "../../../../protocol/cancel.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/cancel");

const NOW = 1_000_000;
const why: Cancel = { at: NOW, reason: 'a "reason"', by: "ops" };

const run =
  (...jids: string[]) =>
  ({ link, keys }: TestStore): ReturnType<typeof cancel.run> =>
    cancel.run(
      link,
      keys,
      { now: NOW },
      jids.map((jid) => ({ jid, why: encodeCancel(why) })),
    );

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "my worker", reservedAt: 1, place: "5/1", call: "c:1" };

const given = {
  jobs: {
    queued: job,
    later: job,
    again: job,
    busy: job,
    leased: job,
    dead: job,
    done: job,
    removed: job,
  },
  queues: { q: { queued: "5/3" } },
  queueNames: ["q"],
  sequence: 3,
  scheduled: { later: 9 },
  retries: { again: 9 },
  working: { busy: 1_801, leased: 1_802 },
  reservations: {
    busy: { ...reservation, wid: "" },
    leased: { ...reservation, lease: { token: 7, ms: 30_000 } },
  },
  dead: { dead: 2 },
  done: { done: 3 },
  removed: { 4: { removed: 1 } },
};

transition(test, "a job that waits is cancelled, wherever that is", {
  given,
  when: run("queued", "later", "again"),
  returns: [
    { state: "cancelled", cancel: why },
    { state: "cancelled", cancel: why },
    { state: "cancelled", cancel: why },
  ],
  leaves: {
    queues: {},
    scheduled: {},
    retries: {},
    cancelled: { queued: NOW, later: NOW, again: NOW },
    cancels: { queued: why, later: why, again: why },
  },
});

transition(test, "one that is being worked on goes on, and its worker is told if it has a name", {
  given,
  when: run("busy", "leased"),
  returns: [
    { state: "cancelling", cancel: why },
    { state: "cancelling", cancel: why },
  ],
  leaves: { cancelling: ["busy", "leased"], cancels: { busy: why, leased: why } },
  notices: [
    'cancel {"wid":"my worker","jid":"leased","lease":7,"reason":"a \\"reason\\"","by":"ops"}',
  ],
});

transition(test, "one that is dead or done stays so, and of others nothing is known", {
  given,
  when: run("dead", "done", "removed", "nobody"),
  returns: [{ state: "dead" }, { state: "done" }, { state: "unknown" }, { state: "unknown" }],
});

const first = { at: 5, by: "somebody before" };

transition(test, "the first call counts, whatever comes later", {
  given: {
    jobs: { busy: job, gone: job },
    working: { busy: 1_801 },
    reservations: { busy: reservation },
    cancelling: ["busy"],
    cancelled: { gone: 4 },
    cancels: { busy: first, gone: first },
  },
  when: run("busy", "gone"),
  returns: [
    { state: "cancelling", cancel: first },
    { state: "cancelled", cancel: first },
  ],
});

transition(test, "named twice, a job is called off once", {
  given: { jobs: { again: job }, retries: { again: 9 } },
  when: run("again", "again"),
  returns: [
    { state: "cancelled", cancel: why },
    { state: "cancelled", cancel: why },
  ],
  leaves: { retries: {}, cancelled: { again: NOW }, cancels: { again: why } },
});

const newer = { ...job, v: 2 as 1 };

transition(
  test,
  "one of a format that is not known here is called off where no queue has to be found",
  {
    given: {
      jobs: { later: newer, queued: newer },
      queues: { q: { queued: "5/3" } },
      scheduled: { later: 9 },
    },
    when: run("later", "queued"),
    returns: [
      { state: "cancelled", cancel: why },
      { state: "unreadable", version: "2" },
    ],
    leaves: { scheduled: {}, cancelled: { later: NOW }, cancels: { later: why } },
  },
);

const large = { ...job, text: "x".repeat(1_100_000) };

transition(test, "after large jobs, others have to wait for the next call", {
  given: { jobs: { a: large, b: large }, queues: { q: { a: "5/3", b: "5/4" } } },
  when: run("a", "b"),
  returns: [{ state: "cancelled", cancel: why }, LATER],
  leaves: {
    queues: { q: { b: "5/4" } },
    cancelled: { a: NOW },
    cancels: { a: why },
  },
});

test.run();
