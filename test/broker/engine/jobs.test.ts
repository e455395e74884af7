import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { newJob, type TestEngine, withEngine } from "../../kit/engine.ts";
import { over } from "../../kit/runs.ts";

const test = suite("engine/jobs");

const report = { errtype: "E", message: "m", backtrace: [] };

/** What the engine tells of itself. */
function listen({ engine }: TestEngine): unknown[][] {
  const heard: unknown[][] = [];
  engine.jobs.events.on("enqueued", (...event) => heard.push(["enqueued", ...event]));
  engine.jobs.events.on("due", (...event) => heard.push(["due", ...event]));
  return heard;
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return "it was not refused";
  } catch (error) {
    return error;
  }
}

test(
  "a job that names no time goes to its queue, and the time is noted",
  withEngine(async (world) => {
    const heard = listen(world);
    await world.push("a");
    const { jobs, queues } = await world.state();
    assert.equal(queues, { q: { a: "5/1" } });
    assert.is(jobs["a"]?.enqueuedAt, world.clock.now());
    assert.equal(heard, [["enqueued", "q", 1]]);
  }),
);

test(
  "a job whose time is now or past goes to its queue as well",
  withEngine(async (world) => {
    const heard = listen(world);
    const now = world.clock.now();
    await world.push("a", { at: now });
    await world.push("b", { at: now - 5_000 });
    const { jobs, queues, scheduled } = await world.state();
    assert.equal(queues, { q: { a: "5/1", b: "5/2" } });
    assert.equal([jobs["a"]?.enqueuedAt, jobs["b"]?.enqueuedAt], [now, now]);
    assert.equal(scheduled, {});
    assert.is(heard.length, 2);
  }),
);

test(
  "a job whose time is to come is scheduled, and it is told when it is due",
  withEngine(async (world) => {
    const heard = listen(world);
    const at = world.clock.now() + 1;
    await world.push("a", { at });
    const { jobs, queues, scheduled } = await world.state();
    assert.equal([queues, scheduled], [{}, { a: at }]);
    assert.is(jobs["a"]?.enqueuedAt, undefined);
    assert.equal(heard, [["due", at]]);
  }),
);

test(
  "a job that is live already is logged, and nobody is woken for it",
  withEngine(async (world) => {
    await world.push("a");
    const heard = listen(world);
    await world.push("a", { queue: "r" });
    await world.push("a", { at: world.clock.now() + 1 });
    assert.equal(heard, []);
    assert.equal(world.log.of("job.pushed-again").at(0), {
      level: "info",
      event: "job.pushed-again",
      jid: "a",
      queue: "r",
    });
  }),
);

test(
  "many jobs are pushed in their order, and each that fails tells why",
  withEngine(async ({ engine, flaky, state }) => {
    const jobs = Array.from({ length: 2_500 }, (_, index) => newJob(`job-${index}`));
    flaky.fail("push", new StoreUnavailable("away"), 3);
    const failed = await engine.jobs.pushAll(jobs);
    assert.equal(
      [...failed].map(([{ jid }, reason]) => [jid, reason]),
      [["job-2", "away"]],
    );
    const { queues } = await state();
    const places = Object.entries(queues["q"] ?? {});
    assert.equal(
      places.map(([jid]) => jid),
      jobs.map(({ jid }) => jid).filter((jid) => jid !== "job-2"),
    );
  }),
);

test(
  "of many jobs a fault of ours is not told as if it were the client's",
  withEngine(async ({ engine, flaky }) => {
    flaky.fail("push", new TypeError("a bug"));
    const error = await refusal(engine.jobs.pushAll([newJob("a"), newJob("b")]));
    assert.instance(error, TypeError);
  }),
);

test(
  "a job is done once, and to do it again is no error",
  withEngine(async ({ engine, push, client, state, log }) => {
    await push("a");
    await client().fetch("q");
    await engine.jobs.ack("a");
    await engine.jobs.ack("a");
    assert.equal((await state()).counters, { processed: 1 });
    assert.is(log.of("job.ack-unknown").length, 1);
  }),
);

for (const [random, jitter] of [
  [0, 0],
  [0.5, 15],
  [0.999_999, 29],
] as const) {
  const body = async (world: TestEngine) => {
    const { engine, push, client, clock, log } = world;
    await push("a");
    await client().fetch("q");
    const heard = listen(world);
    await engine.jobs.fail("a", report);
    assert.equal(heard, [["due", clock.now() + (15 + jitter) * 1_000]]);
    assert.equal(log.of("job.retried"), [
      { level: "info", event: "job.retried", jid: "a", errtype: "E" },
    ]);
  };
  test(
    `with the random number ${random} the jitter is ${jitter}`,
    withEngine(body, { random: () => random }),
  );
}

test(
  "the failure of a job that nobody works on is refused, and its jid shortened",
  withEngine(async ({ engine }) => {
    const error = await refusal(engine.jobs.fail("nobody", report));
    assert.instance(error, CommandError);
    assert.is((error as Error).message, "Job not found nobody");
    const long = await refusal(engine.jobs.fail("x".repeat(1_000), report));
    assert.is((long as Error).message, `Job not found ${"x".repeat(200)}…`);
  }),
);

test(
  "jobs that are overdue expire, and the next end of a reservation is told",
  withEngine(async (world) => {
    const { engine, push, client, clock, state } = world;
    const begin = clock.now();
    for (const [jid, reserveForSeconds] of [
      ["a", 60],
      ["b", 70],
      ["c", 80],
    ] as const) {
      await push(jid, { reserveForSeconds });
      await client().fetch("q");
    }
    assert.equal(await engine.jobs.expireOverdue(), { count: 0, nextAt: begin + 60_000 });
    clock.advance(70_000);
    assert.equal(await engine.jobs.expireOverdue(), { count: 2, nextAt: clock.now() });
    assert.equal(await engine.jobs.expireOverdue(), { count: 0, nextAt: begin + 80_000 });
    const { jobs, working, retries } = await state();
    assert.equal(Object.keys(working), ["c"]);
    assert.equal(Object.keys(retries), ["a", "b"]);
    assert.equal(jobs["a"]?.failure, {
      retryCount: 0,
      remaining: 25,
      failedAt: clock.now(),
      nextAt: clock.now() + 15_000,
      errtype: "ReservationExpired",
      message: "Faktory job reservation expired",
      backtrace: [],
    });
  }),
);

test(
  "when nothing is reserved there is no next end",
  withEngine(async ({ engine }) => {
    const never = Number.POSITIVE_INFINITY;
    assert.equal(await engine.jobs.expireOverdue(), { count: 0, nextAt: never });
  }),
);

test(
  "jobs that are due are promoted, and the next time is told",
  withEngine(async (world) => {
    const { engine, push, clock, state } = world;
    const begin = clock.now();
    await push("a", { at: begin + 1_000 });
    await push("b", { at: begin + 2_000, queue: "r" });
    await push("c", { at: begin + 3_000.5 });
    const heard = listen(world);
    assert.equal(await engine.jobs.promoteDue(), { enqueued: [], nextAt: begin + 1_000 });
    clock.advance(2_000);
    const { enqueued, nextAt } = await engine.jobs.promoteDue();
    assert.equal(enqueued, [
      { set: "scheduled", jid: "a", queue: "q" },
      { set: "scheduled", jid: "b", queue: "r" },
    ]);
    assert.is(nextAt, clock.now(), "there may be more");
    assert.equal(heard, [
      ["enqueued", "q", 1],
      ["enqueued", "r", 1],
    ]);
    assert.equal(await engine.jobs.promoteDue(), { enqueued: [], nextAt: begin + 3_000.5 });
    assert.equal((await state()).queues, { q: { a: "5/4" }, r: { b: "5/5" } });
  }),
);

test(
  "a job that is handed back is in its place again, has not failed, and is told of",
  withEngine(async (world) => {
    const { engine, push, state, client } = world;
    await push("a", { retry: 0 });
    await push("b");
    const before = await state();
    await client("w").fetch("q");
    const heard = listen(world);
    await engine.jobs.handBack("a");
    const at = world.clock.now();
    const run = over({ attempt: 1, startedAt: at, endedAt: at, wid: "w", outcome: "interrupted" });
    const jobs = { ...before.jobs, a: { ...before.jobs["a"], ...run } };
    assert.equal(await state(), { ...before, jobs, sequence: before.sequence + 1 });
    assert.equal(heard, [["enqueued", "q", 1]]);
    const refused = await engine.jobs.handBack("a").catch(String);
    assert.is(refused, "CommandError: Job not found a");
    assert.is(heard.length, 1);
  }),
);

test(
  "a job that is done is kept for as long as its worker says, with its result, and then forgotten",
  withEngine(async ({ engine, push, state, client, clock }) => {
    await push("a");
    await push("b");
    await client("w").fetch("q");
    await client("w").fetch("q");
    await engine.jobs.ack("a", undefined, { seconds: 60, result: Buffer.from("[1.0]") });
    await engine.jobs.ack("b");
    const { jobs, done, counters } = await state();
    assert.equal([Object.keys(jobs), done], [["a"], { a: clock.now() + 60_000 }]);
    assert.equal([jobs["a"]?.result, counters], ["[1.0]", { processed: 2 }]);
    assert.is((await engine.catalogue.get("a")).result?.toString(), "[1.0]");
    assert.equal(await engine.jobs.forgetDone(), { count: 0, nextAt: clock.now() + 60_000 });
    clock.advance(60_000);
    assert.equal(await engine.jobs.forgetDone(), { count: 1, nextAt: undefined });
    assert.equal((await state()).jobs, {});
  }),
);

test(
  "who leaves a result twice, or too late, is told as with any ACK",
  withEngine(async ({ engine, push, state, client, log }) => {
    await push("a");
    await client("w", 30_000).fetch("q");
    const kept = { seconds: 60, result: undefined };
    const refused = await refusal(engine.jobs.ack("a", 7, kept));
    assert.match(String(refused), /^CommandError: job a is being worked on by w under lease/);
    await engine.jobs.ack("a", undefined, kept);
    const before = await state();
    await engine.jobs.ack("a", undefined, kept);
    assert.equal(await state(), before);
    assert.is(log.of("job.ack-unknown").length, 1);
  }),
);

test(
  "a job that is snoozed waits for so long, has not failed, and is told of",
  withEngine(async (world) => {
    const { engine, push, state, client, clock } = world;
    await push("a", { retry: 0 });
    await client("w").fetch("q");
    clock.advance(500);
    const heard = listen(world);
    await engine.jobs.snooze("a", 2.5);
    const dueAt = clock.now() + 2_500;
    assert.equal(heard, [["due", dueAt]]);
    const { scheduled, working, counters } = await state();
    assert.equal([scheduled, working, counters], [{ a: dueAt }, {}, {}]);
    assert.equal(world.log.of("job.snoozed"), [{ level: "info", event: "job.snoozed", jid: "a" }]);
    clock.advance(2_499);
    assert.equal((await engine.jobs.promoteDue()).enqueued, []);
    clock.advance(1);
    assert.is((await engine.jobs.promoteDue()).enqueued.length, 1);
    const refused = await engine.jobs.snooze("a", 1).catch(String);
    assert.is(refused, "CommandError: Job not found a");
  }),
);

test(
  "only who has its lease can snooze a job",
  withEngine(async ({ engine, push, client, state }) => {
    await push("a");
    await client("w", 30_000).fetch("q");
    const before = await state();
    const refused = await engine.jobs.snooze("a", 1, 7).catch(String);
    assert.match(
      String(refused),
      /^CommandError: job a is being worked on by w under lease \d+, and lease/,
    );
    assert.equal(await state(), before);
  }),
);

const DAY_MS = 86_400_000;

test(
  "the dead are kept for 180 days",
  withEngine(async ({ engine, seed, clock, state, log }) => {
    const job = { v: 1, queue: "q", text: "text" } as const;
    const died = clock.now() - 180 * DAY_MS;
    await seed({ jobs: { a: job, b: job }, dead: { a: died - 1, b: died } });
    assert.is(await engine.jobs.purgeDead(), 1);
    assert.is(await engine.jobs.purgeDead(), 0);
    assert.equal(Object.keys((await state()).dead), ["b"]);
    assert.equal(log.of("dead.purged"), [{ level: "info", event: "dead.purged", count: 1 }]);
  }),
);

test(
  "and at most a hundred thousand of them",
  withEngine(async ({ engine, store }) => {
    const asked: unknown[] = [];
    const purgeDead = store.purgeDead.bind(store);
    store.purgeDead = (limits) => {
      asked.push(limits.keep);
      return purgeDead(limits);
    };
    await engine.jobs.purgeDead();
    assert.equal(asked, [100_000]);
  }),
);

test.run();
