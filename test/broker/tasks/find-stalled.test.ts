// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findStalledTask } from "../../../broker/tasks/find-stalled.ts";
import type { StallPolicy } from "../../../protocol/progress.ts";
import { openEngine } from "../../kit/engine.ts";
import { failureOf } from "../../kit/failure-of.ts";
import { type TestTask, withTask } from "../../kit/task.ts";

const test = suite("tasks/find-stalled");

const LEASE_MS = 30_000;
const STALL_SECONDS = 60;
const STEP_MS = 1_000;

/** Lets time pass while a broker is there. */
async function live({ engine, pass }: TestTask, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await engine.jobs.keepAlive();
    await pass(STEP_MS);
  }
}

/** The same, while the worker's process lives and renews its lease. */
async function beat(world: TestTask, token: number, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10_000) {
    assert.equal((await world.engine.jobs.renew([{ jid: "a", token }])).lost, []);
    await live(world, 10_000);
  }
}

/** A worker that has fetched the job "a", and told once that it goes on. */
async function begin(world: TestTask, policy: StallPolicy): Promise<number> {
  const { engine, task, push, client, seed, clock } = world;
  await seed({ alive: clock.now() });
  task.start();
  await push("a");
  const worker = client("mill-7", LEASE_MS);
  await worker.fetch("q");
  const [token = Number.NaN] = worker.tokens;
  await engine.progress.note({
    jid: "a",
    token,
    percent: 5,
    stall: { seconds: STALL_SECONDS, policy },
  });
  return token;
}

test(
  "A2.3 a job that makes no progress while its process beats is stalled: with warn, it is told",
  withTask(findStalledTask, async (world) => {
    const { engine, clock, log, state } = world;
    const token = await begin(world, "warn");
    const startedAt = clock.now();
    await beat(world, token, STALL_SECONDS * 1_000 - 10_000);
    assert.is((await engine.progress.find("a")).stalledAt, undefined);
    await beat(world, token, 60_000);
    const stalledAt = startedAt + STALL_SECONDS * 1_000;
    const { state: place, stalledAt: found } = await engine.progress.find("a");
    assert.equal([place, found], ["working", stalledAt]);
    assert.equal(log.of("job.stalled"), [
      {
        level: "warn",
        event: "job.stalled",
        jid: "a",
        wid: "mill-7",
        policy: "warn",
        silentMs: STALL_SECONDS * 1_000,
      },
    ]);
    assert.is(engine.statistics.stalled, 1);
    // It goes on all the same, and is watched as before.
    await engine.progress.note({ jid: "a", token, percent: 6 });
    assert.is((await engine.progress.find("a")).stalledAt, undefined);
    await beat(world, token, STALL_SECONDS * 1_000);
    assert.is(log.of("job.stalled").length, 2);
    await engine.jobs.ack("a", token);
    assert.equal((await state()).counters, { processed: 1 });
  }),
);

test(
  "A2.3 with retry, it has failed: its worker has lost it, and may not finish it",
  withTask(findStalledTask, async (world) => {
    const { engine, state, log } = world;
    const token = await begin(world, "retry");
    await beat(world, token, STALL_SECONDS * 1_000);
    const { working, retries, jobs, counters } = await state();
    assert.equal(working, {});
    assert.equal(Object.keys(retries), ["a"]);
    assert.is(jobs["a"]?.failure?.errtype, "JobStalled");
    assert.is(jobs["a"]?.failure?.message, "no progress for 60 s");
    assert.equal(counters, { processed: 1, failures: 1 });
    assert.match(jobs["a"]?.attempts ?? "", /"wid":"mill-7","outcome":"stalled"/);
    assert.is((await engine.progress.find("a")).state, "failed");

    const { lost } = await engine.jobs.renew([{ jid: "a", token }]);
    assert.equal(lost, [{ jid: "a", token }]);
    for (const late of [
      engine.jobs.ack("a", token),
      engine.progress.note({ jid: "a", token, percent: 100 }),
    ]) {
      assert.match(
        String(await failureOf(late)),
        /job a is in retries, and lease \d+ does not hold it$/,
      );
    }
    await live(world, 60_000);
    assert.is(log.of("job.stalled").length, 1);
    assert.equal((await state()).stalling, {});
  }),
);

test(
  "A2.3 with cancel, it is called off: its worker is told, and however it ends it is cancelled",
  withTask(findStalledTask, async (world) => {
    const { engine, clock, state, log } = world;
    const token = await begin(world, "cancel");
    const stalledAt = clock.now() + STALL_SECONDS * 1_000;
    await live(world, STALL_SECONDS * 1_000);
    const { cancelling } = await state();
    assert.equal(cancelling, ["a"]);
    const { lost, calledOff } = await engine.jobs.renew([{ jid: "a", token }]);
    assert.equal(lost, []);
    assert.equal(calledOff, [{ jid: "a", token, reason: "no progress for 60 s", by: "stall" }]);
    assert.is((await state()).cancels["a"]?.at, stalledAt);
    await live(world, 2 * STALL_SECONDS * 1_000);
    assert.is(log.of("job.stalled").length, 1);
    await engine.jobs.fail("a", { errtype: "E", message: "m", backtrace: [] }, token);
    assert.equal(Object.keys((await state()).cancelled), ["a"]);
    assert.is((await engine.progress.find("a")).state, "dead");
  }),
);

test(
  "a job that tells of its progress again and again is not stalled, however long it takes",
  withTask(findStalledTask, async (world) => {
    const { engine, state, log } = world;
    const token = await begin(world, "retry");
    for (let passed = 0; passed < 4; passed++) {
      await beat(world, token, STALL_SECONDS * 1_000 - 10_000);
      await engine.progress.note({ jid: "a", token });
    }
    assert.equal(log.of("job.stalled"), []);
    assert.equal(Object.keys((await state()).working), ["a"]);
  }),
);

test(
  "it is noticed when its time comes, also when another broker was told of it",
  withTask(findStalledTask, async (world) => {
    const { engine, push, client, clock, log, pass, task, seed, namespace, socketPath } = world;
    await seed({ alive: clock.now() });
    task.start();
    await pass(1);
    const other = await openEngine({ namespace, socketPath, clock });
    for (const jid of ["a", "b"]) {
      await push(jid);
      await client("w").fetch("q");
    }
    const startedAt = clock.now();
    await engine.jobs.keepAlive();
    await engine.progress.note({ jid: "a", stall: { seconds: 1, policy: "warn" } });
    const stalled = () => log.of("job.stalled").map(({ jid }) => jid);
    await pass(300, 100);
    await engine.jobs.keepAlive();
    await other.engine.progress.note({ jid: "b", stall: { seconds: 1, policy: "warn" } });
    await pass(699, 1);
    assert.equal(stalled(), []);
    await pass(1);
    assert.equal(stalled(), ["a"]);
    await pass(299, 1);
    assert.equal(stalled(), ["a"]);
    await pass(1);
    assert.equal(stalled(), ["a", "b"]);
    const { stalledAt } = await engine.progress.find("b");
    assert.is(stalledAt, startedAt + 1_300);
    other.close();
  }),
);

test(
  "a run that has ended is never stalled, and neither is the next one of its job for it",
  withTask(findStalledTask, async (world) => {
    const { engine, client, log, state } = world;
    const token = await begin(world, "retry");
    await engine.jobs.handBack("a", token);
    await client("mill-8").fetch("q");
    await live(world, STALL_SECONDS * 1_000);
    assert.equal(log.of("job.stalled"), []);
    const { working, stalling } = await state();
    assert.equal(Object.keys(working), ["a"]);
    assert.equal(stalling, {});
  }),
);

test(
  "after a while without any broker, each run has time to be heard again",
  withTask(findStalledTask, async (world) => {
    const { clock, log, engine } = world;
    const token = await begin(world, "retry");
    clock.advance(2 * STALL_SECONDS * 1_000); // in one go, and so without a word from any broker
    await live(world, (STALL_SECONDS * 2_000) / 3 - 1_000);
    assert.equal(log.of("job.stalled"), []);
    await engine.progress.note({ jid: "a", token });
    await live(world, STALL_SECONDS * 1_000 - 10_000);
    assert.equal(log.of("job.stalled"), []);
    await live(world, 20_000);
    assert.is(log.of("job.stalled").length, 1);
  }),
);

test(
  "what a broker has noted and not done, another does a minute later",
  withTask(findStalledTask, async (world) => {
    const { engine, flaky, log, state } = world;
    await begin(world, "retry");
    flaky.fail("fail", new Error("the broker dies"));
    await live(world, STALL_SECONDS * 1_000);
    assert.is(log.of("task.failed").length, 1);
    assert.equal(Object.keys((await state()).working), ["a"]);
    const { stalledAt } = await engine.progress.find("a");
    await live(world, 60_000);
    assert.equal(Object.keys((await state()).retries), ["a"]);
    assert.is((await engine.progress.find("a")).stalledAt, stalledAt);
  }),
);

test(
  "hundreds are noticed at once",
  withTask(findStalledTask, async ({ task, engine, clock, seed, state, pass }) => {
    const jids = Array.from({ length: 250 }, (_, index) => `j${index}`);
    const now = clock.now();
    const of = <Value>(value: Value) => Object.fromEntries(jids.map((jid) => [jid, value]));
    const told = { run: "c:1", stallMs: "1000", onStall: "warn" };
    await seed({
      alive: now,
      reservations: of({ wid: "w", reservedAt: 1, place: "5/1", call: "c:1" }),
      stalling: of(now - 1),
      progress: Object.fromEntries(jids.map((jid) => [`0:${jid}`, told])),
    });
    task.start();
    await pass(1);
    assert.equal((await state()).stalling, {});
    assert.is(engine.statistics.stalled, 250);
  }),
);

test.run();
