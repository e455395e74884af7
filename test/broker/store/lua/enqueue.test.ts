import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { encodeRecord } from "../../../../broker/store/record.ts";
import { enqueue } from "../../../../broker/store/scripts.ts";
import type { PlacedJob } from "../../../../broker/store/store.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/enqueue");

const NOW = 1_767_225_600_000;

const run =
  (items: PlacedJob[], dueBy: number | "+inf" = NOW) =>
  ({ link, keys }: TestStore) =>
    enqueue.run(link, keys, { origin: "me", now: NOW, dueBy }, items);

const job = { v: 1, queue: "q", text: "text" } as const;
const enqueued = { ...job, enqueuedAt: NOW };
const failure = { retryCount: 3, remaining: 2, errtype: "E", message: "m" };

transition(test, "jobs go to the ends of their queues, each at its priority, in the order given", {
  given: {
    jobs: { a: job, b: { ...job, queue: "r", priority: 9 }, c: job, z: job },
    queues: { q: { z: "5/4" } },
    queueNames: ["q"],
    sequence: 4,
    scheduled: { a: NOW - 1, b: NOW - 2, c: NOW },
  },
  when: run([
    { set: "scheduled", jid: "b" },
    { set: "scheduled", jid: "a" },
    { set: "scheduled", jid: "c" },
  ]),
  returns: ["r", "q", "q"],
  leaves: {
    jobs: { a: enqueued, b: { ...enqueued, queue: "r", priority: 9 }, c: enqueued, z: job },
    queues: { q: { z: "5/4", a: "5/6", c: "5/7" }, r: { b: "9/5" } },
    queueNames: ["q", "r"],
    sequence: 7,
    scheduled: {},
  },
  notices: ["queue r me"],
});

transition(test, "a retry keeps what is known of its failures, and gets a new time", {
  given: { jobs: { a: { ...job, enqueuedAt: 7, retry: 5, failure } }, retries: { a: NOW } },
  when: run([{ set: "retries", jid: "a" }]),
  returns: ["q"],
  leaves: {
    jobs: { a: { ...enqueued, retry: 5, failure } },
    queues: { q: { a: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    retries: {},
  },
  notices: ["queue q me"],
});

transition(test, "what is not due by then, or has gone, stays as it is", {
  given: { jobs: { a: job, b: job }, scheduled: { a: NOW + 1 }, retries: { b: NOW } },
  when: run([
    { set: "scheduled", jid: "a" },
    { set: "scheduled", jid: "b" },
    { set: "retries", jid: "gone" },
  ]),
  returns: [undefined, undefined, undefined],
});

transition(test, "without a limit of time a dead job goes as well", {
  given: { jobs: { a: { ...job, failure } }, dead: { a: NOW - 5 }, scheduled: {} },
  when: run([{ set: "dead", jid: "a" }], "+inf"),
  returns: ["q"],
  leaves: {
    jobs: { a: { ...enqueued, failure } },
    queues: { q: { a: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    dead: {},
  },
  notices: ["queue q me"],
});

transition(test, "a job without a record is taken out, and the next ones go on", {
  given: { jobs: { b: job }, scheduled: { gone: NOW - 1, b: NOW }, retries: { away: NOW } },
  when: run([
    { set: "scheduled", jid: "gone" },
    { set: "retries", jid: "away" },
    { set: "scheduled", jid: "b" },
  ]),
  returns: [undefined, undefined, "q"],
  leaves: {
    jobs: { b: enqueued },
    queues: { q: { b: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    scheduled: {},
    retries: {},
  },
  notices: ["queue q me"],
});

transition(test, "a job whose record is damaged goes to dead, and the next ones go on", {
  given: {
    jobs: { b: job },
    damaged: { a: "c1", c: "" },
    scheduled: { a: NOW - 1, b: NOW },
    dead: { c: 5 },
  },
  when: run(
    [
      { set: "scheduled", jid: "a" },
      { set: "dead", jid: "c" },
      { set: "scheduled", jid: "b" },
    ],
    "+inf",
  ),
  returns: [undefined, undefined, "q"],
  leaves: {
    jobs: { b: enqueued },
    queues: { q: { b: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    scheduled: {},
    dead: { a: NOW, c: 5 },
  },
  notices: ["queue q me"],
});

const foreign = { ...job, v: 9 } as unknown as typeof job;

transition(test, "one of a format that is not known is due again in a minute, and not in the way", {
  given: {
    jobs: { a: foreign, b: job, c: foreign, d: foreign },
    scheduled: { a: NOW - 1, b: NOW },
    retries: { c: NOW },
    dead: { d: 5 },
  },
  when: run(
    [
      { set: "scheduled", jid: "a" },
      { set: "scheduled", jid: "b" },
      { set: "retries", jid: "c" },
      { set: "dead", jid: "d" },
    ],
    "+inf",
  ),
  returns: [undefined, "q", undefined, undefined],
  leaves: {
    jobs: { a: foreign, b: enqueued, c: foreign, d: foreign },
    queues: { q: { b: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    scheduled: { a: NOW + 60_000 },
    retries: { c: NOW + 60_000 },
  },
  notices: ["queue q me"],
});

const large = { ...job, text: "x".repeat(600_000) };

transition(test, "after a mebibyte of records the next jobs are to be asked for again", {
  given: {
    jobs: { a: large, b: large, c: large, d: job },
    scheduled: { a: NOW, b: NOW, c: NOW, d: NOW + 1 },
  },
  when: run([
    { set: "scheduled", jid: "a" },
    { set: "scheduled", jid: "d" },
    { set: "scheduled", jid: "b" },
    { set: "scheduled", jid: "c" },
    { set: "scheduled", jid: "d" },
  ]),
  returns: ["q", undefined, "q", LATER, undefined],
  leaves: {
    jobs: { a: { ...large, enqueuedAt: NOW }, b: { ...large, enqueuedAt: NOW }, c: large, d: job },
    queues: { q: { a: "5/1", b: "5/2" } },
    queueNames: ["q"],
    sequence: 2,
    scheduled: { c: NOW, d: NOW + 1 },
  },
  notices: ["queue q me"],
});

function mapValues<Value, Result>(values: Record<string, Value>, map: (value: Value) => Result) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));
}

const LONG_NAME = "n".repeat(40);

test(
  "a plain job's record is the one that it would have, had it been pushed now",
  withStore(async (world) => {
    const names = { a: "q", b: "a.b-c_D", c: "n".repeat(30), d: "n".repeat(31), e: LONG_NAME };
    const jobs = mapValues(names, (queue) => ({ ...job, queue }));
    await world.seed({ jobs, scheduled: mapValues(names, () => NOW) });
    const items = Object.keys(names).map((jid) => ({ set: "scheduled" as const, jid }));
    assert.equal(await run(items)(world), Object.values(names));
    for (const [jid, queue] of Object.entries(names)) {
      const stored = await world.redis.hgetBuffer(world.keys.jobs, jid);
      const pushed = encodeRecord({ v: 1, queue, enqueuedAt: NOW }, Buffer.from(job.text));
      // A script may pack the header of a long name in another order.
      if (queue !== LONG_NAME) assert.equal(stored, pushed);
    }
    assert.equal(
      (await world.state()).jobs,
      mapValues(jobs, (one) => ({ ...one, enqueuedAt: NOW })),
    );
  }),
);

transition(test, "a job whose queue can't be any is damaged, however plain its record is", {
  given: {
    jobs: {
      plain: { ...job, queue: "q\u0000" },
      empty: { ...job, queue: "" },
      other: { ...job, queue: "a b", retry: 3 },
    },
    scheduled: { plain: NOW, empty: NOW },
    retries: { other: NOW },
  },
  when: run([
    { set: "scheduled", jid: "plain" },
    { set: "scheduled", jid: "empty" },
    { set: "retries", jid: "other" },
  ]),
  returns: [undefined, undefined, undefined],
  leaves: { scheduled: {}, retries: {}, dead: { plain: NOW, empty: NOW, other: NOW } },
});

const plain = encodeRecord({ v: 1, queue: "q" }, Buffer.from("text"));

transition(test, "a plain record that is cut off is damaged as well", {
  given: {
    damaged: {
      short: plain.subarray(0, -1).toString("hex"),
      head: plain.subarray(0, 13).toString("hex"),
    },
    scheduled: { short: NOW, head: NOW },
  },
  when: run([
    { set: "scheduled", jid: "short" },
    { set: "scheduled", jid: "head" },
  ]),
  returns: [undefined, undefined],
  leaves: { scheduled: {}, dead: { short: NOW, head: NOW } },
});

transition(test, "a job that is named twice goes once", {
  given: { jobs: { a: job }, scheduled: { a: NOW } },
  when: run([
    { set: "scheduled", jid: "a" },
    { set: "scheduled", jid: "a" },
  ]),
  returns: ["q", undefined],
  leaves: {
    jobs: { a: enqueued },
    queues: { q: { a: "5/1" } },
    queueNames: ["q"],
    sequence: 1,
    scheduled: {},
  },
  notices: ["queue q me"],
});

test(
  "a queue that can't be written costs no job its place where it waited",
  withStore(async (world) => {
    const { seed, redis, keys } = world;
    const jids = Array.from({ length: 20 }, (_, index) => `job-${index}`);
    const queueOf = (index: number) => (index === 7 ? "broken" : `q${index % 3}`);
    await seed({
      jobs: Object.fromEntries(jids.map((jid, index) => [jid, { ...job, queue: queueOf(index) }])),
      scheduled: Object.fromEntries(jids.map((jid) => [jid, NOW])),
    });
    await redis.set(`${keys.queue}broken`, "no sorted set");
    const items = jids.map((jid) => ({ set: "scheduled", jid }) as const);
    const outcome = await run(items)(world).then(String, String);
    assert.match(outcome, "WRONGTYPE");
    assert.equal(await redis.zcard(keys.scheduled), 20);
  }),
);

test.run();
