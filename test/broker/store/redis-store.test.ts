import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Notice } from "../../../broker/store/store.ts";
import { newJob } from "../../kit/engine.ts";
import { openStore, withStore } from "../../kit/store.ts";
import { until } from "../../kit/until.ts";

const test = suite("store/redis-store");

const report = { errtype: "E", message: "m", backtrace: ["b"] };
const request = { wid: "w", queues: ["q"] };

test(
  "a job goes in and comes out as it was",
  withStore(async ({ store }) => {
    const text = Buffer.from([0x7b, 0xff, 0, 0x7d]);
    const failure = { retryCount: 2, remaining: 3, errtype: "E", message: "m" };
    await store.push({ ...newJob("a", { text, failure }), enqueuedAt: 77 });
    const reserved = await store.reserve(request);
    assert.match(reserved?.call ?? "", /^[0-9a-f]{8}:1$/);
    assert.equal([reserved?.jid, reserved?.queue, reserved?.left], ["a", "q", 0]);
    assert.equal(reserved?.text, text);
    assert.equal([reserved?.enqueuedAt, reserved?.failure], [77, failure]);
    assert.is(await store.reserve(request), undefined);
  }),
);

test(
  "a job is scheduled when it has a time and was not enqueued",
  withStore(async ({ store, state }) => {
    await store.push(newJob("a", { at: 5_000 }));
    await store.push({ ...newJob("b", { at: 5_000 }), enqueuedAt: 6_000 });
    const { scheduled, queues } = await state();
    assert.equal([scheduled, queues], [{ a: 5_000 }, { q: { b: "5/2" } }]);
  }),
);

test(
  "each priority has its band",
  withStore(async ({ store, state }) => {
    for (const priority of [1, 5, 9]) {
      await store.push({ ...newJob(`job-${priority}`, { priority }), enqueuedAt: 1 });
    }
    assert.equal((await state()).queues, { q: { "job-9": "9/3", "job-5": "5/2", "job-1": "1/1" } });
  }),
);

test(
  "thousands that are pushed in one turn keep their order, though they go in many calls",
  withStore(async ({ store, state }) => {
    const jids = Array.from({ length: 3_000 }, (_, index) => `job-${index}`);
    await Promise.all(jids.map((jid) => store.push({ ...newJob(jid), enqueuedAt: 1 })));
    assert.equal(Object.keys((await state()).queues["q"] ?? {}), jids);
    const reserved = await Promise.all(jids.map(() => store.reserve(request)));
    assert.equal(
      reserved.map((job) => job?.jid),
      jids,
    );
  }),
);

test(
  "what is counted is counted for the day, in UTC",
  withStore(async ({ store, clock, seed, state }) => {
    const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
    await seed({ working: { a: 1, b: 1 }, reservations: { a: reservation, b: reservation } });
    clock.advance(86_399_999);
    await store.ack({ jid: "a" });
    clock.advance(1);
    await store.ack({ jid: "b" });
    assert.equal((await state()).history, { "processed:2026-01-01": 1, "processed:2026-01-02": 1 });
  }),
);

test(
  "a failure is written by the clock",
  withStore(async ({ store, clock, state }) => {
    await store.push({ ...newJob("a"), enqueuedAt: 1 });
    await store.reserve(request);
    clock.advance(1_000);
    const outcome = await store.fail({ jid: "a", report, jitter: 2, cause: "reported" });
    const at = clock.now() + 17_000;
    assert.equal(outcome, { kind: "retried", at });
    const { jobs, retries } = await state();
    assert.equal(retries, { a: at });
    const times = { failedAt: clock.now(), nextAt: at };
    assert.equal(jobs["a"]?.failure, { retryCount: 0, remaining: 25, ...times, ...report });
  }),
);

test(
  "the reservations that end first are told first, a hundred at the most",
  withStore(async ({ store, seed }) => {
    const working = Object.fromEntries(
      Array.from({ length: 150 }, (_, index) => [`job-${index}`, 1_000 - index]),
    );
    await seed({ working });
    const deadlines = await store.firstDeadlines();
    assert.is(deadlines.length, 100);
    assert.equal(deadlines[0], { jid: "job-149", at: 851 });
    assert.equal(deadlines[99], { jid: "job-50", at: 950 });
  }),
);

test(
  "what was reserved can be given back",
  withStore(async ({ store, state }) => {
    await store.push({ ...newJob("a"), enqueuedAt: 1 });
    await store.push({ ...newJob("b"), enqueuedAt: 1 });
    const before = await state();
    const reserved = await store.reserve(request);
    if (reserved === undefined) throw new Error("there is no job");
    await store.release(reserved);
    assert.equal(await state(), { ...before, sequence: before.sequence + 1 });
    await store.release(reserved); // it is handed out no longer
    const again = await store.reserve(request);
    await store.release(reserved); // nor by that call
    assert.is(again?.jid, "a");
    assert.equal(Object.keys((await state()).working), ["a"]);
  }),
);

test(
  "a worker is kept with all that it told",
  withStore(async ({ store, clock, state }) => {
    const details = { wid: "w", hostname: "h", pid: 42, labels: ["a", '"'], rssKb: 7 };
    assert.is(await store.registerWorker(details), "running");
    const { workers, details: kept } = await state();
    assert.equal(workers, { w: clock.now() });
    assert.equal(kept["w"], {
      hostname: "h",
      pid: "42",
      labels: '["a","\\""]',
      startedAt: String(clock.now()),
      rssKb: "7",
      state: "running",
      connections: "1",
    });
    clock.advance(5);
    const beats = ["w", "nobody"].map((wid) => store.beat({ wid, state: "quiet", rssKb: 8 }));
    assert.equal(await Promise.all(beats), ["quiet", undefined]);
    assert.equal((await state()).workers, { w: clock.now() });
  }),
);

test(
  "sizes counts all there is",
  withStore(async ({ store, seed }) => {
    const nothing = { scheduled: 0, retries: 0, working: 0, dead: 0, workers: 0 };
    const empty = { queues: new Map(), ...nothing, processed: 0, failures: 0 };
    assert.equal(await store.sizes(), empty);
    await seed({
      queues: { r: { a: "5/1" }, q: { b: "5/2", c: "5/3" } },
      queueNames: ["r", "q", "empty"],
      scheduled: { d: 1 },
      retries: { e: 1, f: 1 },
      working: { g: 1 },
      dead: { h: 1 },
      workers: { w: 1 },
      counters: { processed: 12, failures: 3 },
    });
    assert.equal(await store.sizes(), {
      queues: new Map([
        ["empty", 0],
        ["q", 2],
        ["r", 1],
      ]),
      scheduled: 1,
      retries: 2,
      working: 1,
      dead: 1,
      workers: 1,
      processed: 12,
      failures: 3,
    });
  }),
);

test(
  "it tells the time of Redis",
  withStore(async ({ store }) => {
    const before = Date.now();
    const time = await store.time();
    assert.ok(time >= before - 1 && time <= Date.now() + 1, `${time}`);
  }),
);

test("what one broker does the others hear, and it does not hear itself", async () => {
  const here = await openStore();
  const there = await openStore({ namespace: here.namespace });
  try {
    const heard: Record<"here" | "there", Notice[]> = { here: [], there: [] };
    here.store.onNotice((notice) => heard.here.push(notice));
    there.store.onNotice((notice) => heard.there.push(notice));
    await here.store.push({ ...newJob("a"), enqueuedAt: 1 });
    await here.store.registerWorker({ wid: "w", hostname: "", pid: 1, labels: [], rssKb: 1 });
    await here.store.beat({ wid: "w", state: "quiet", rssKb: 1 });
    // It comes after the first, so that one has been heard as well.
    const isOver = () => [heard.here, heard.there].every((all) => all.at(-1)?.kind === "worker");
    await until(isOver, { what: "the last notice is heard" });
    const quiet = { kind: "worker", wid: "w", state: "quiet" } as const;
    assert.equal(heard, { here: [quiet], there: [{ kind: "queue", queue: "q" }, quiet] });
  } finally {
    here.close();
    there.close();
  }
});

test("two namespaces on one Redis know nothing of each other", async () => {
  const [here, there] = [await openStore(), await openStore()];
  try {
    await here.store.push({ ...newJob("a"), enqueuedAt: 1 });
    assert.is(await there.store.reserve(request), undefined);
    assert.is(await there.store.push({ ...newJob("a"), enqueuedAt: 1 }), "stored");
    await there.store.flush();
    assert.is((await here.store.reserve(request))?.jid, "a");
  } finally {
    here.close();
    there.close();
  }
});

test.run();
