// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expireReservationsTask } from "../../../broker/tasks/expire-reservations.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { type TestTask, withTask } from "../../kit/task.ts";

const test = suite("tasks/leases");

const LEASE_MS = 30_000;
const HOUR_MS = 3_600_000;

/** Tasks run each second; with less of it than this a broker counts as gone for a while. */
const STEP_MS = 3_000;

/** Lets time pass while a broker is there. */
async function live({ engine, pass }: TestTask, ms: number, stepMs = 1_000): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await engine.jobs.keepAlive();
    await pass(stepMs);
  }
}

const report = { errtype: "E", message: "m", backtrace: [] };

/** A worker that has fetched the job "a" under a lease, of which it gives the token. */
async function begin(world: TestTask, wid = "w"): Promise<number> {
  const { task, push, client } = world;
  task.start();
  await live(world, 1, 1);
  await push("a", { reserveForSeconds: 60 });
  const worker = client(wid, LEASE_MS);
  await worker.fetch("q");
  assert.equal(worker.answers, ["a"]);
  return worker.tokens[0] ?? Number.NaN;
}

async function refusal(work: Promise<unknown>): Promise<CommandError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test(
  "A2.1 a job of three hours whose lease of half a minute is renewed is never taken away",
  withTask(expireReservationsTask, async (world) => {
    const { engine, state } = world;
    const token = await begin(world);
    for (let passed = 0; passed < 3 * HOUR_MS; passed += 9 * STEP_MS) {
      await live(world, 9 * STEP_MS, STEP_MS);
      assert.equal(await engine.jobs.renew([{ jid: "a", token }]), { lost: [], calledOff: [] });
    }
    assert.equal(Object.keys((await state()).working), ["a"]);
    await engine.jobs.ack("a", token);
    assert.equal((await state()).counters, { processed: 1 });
  }),
);

test(
  "A2.2 when the beats stop the job may be run again within the lease and a second",
  withTask(expireReservationsTask, async (world) => {
    const { clock, state } = world;
    await begin(world, "mill-7");
    const startedAt = clock.now();
    await live(world, LEASE_MS - 1_000);
    assert.equal(Object.keys((await state()).working), ["a"]);
    await live(world, 2_000);
    const { working, retries, jobs } = await state();
    assert.equal(working, {});
    const due = retries["a"] ?? Number.NaN;
    assert.ok(due <= startedAt + LEASE_MS + 1_000, `${due - startedAt} ms`);
    assert.is(jobs["a"]?.failure?.errtype, "WorkerLost");
    assert.is(jobs["a"]?.failure?.message, "worker lost: mill-7");
  }),
);

test(
  "A2.4 a zombie learns that it has lost its job, and can neither finish nor fail it",
  withTask(expireReservationsTask, async (world) => {
    const { engine, client, state, log } = world;
    const first = await begin(world, "zombie");
    await live(world, 2 * LEASE_MS);
    await engine.jobs.promoteDue();
    const successor = client("successor", LEASE_MS);
    await successor.fetch("q");
    const [second = Number.NaN] = successor.tokens;
    assert.ok(second > first, "the token has grown");

    assert.equal(await engine.jobs.renew([{ jid: "a", token: first }]), {
      lost: [{ jid: "a", token: first }],
      calledOff: [],
    });
    assert.is(log.of("lease.lost").length, 1);
    for (const attempt of [
      engine.jobs.ack("a", first),
      engine.jobs.fail("a", report, first),
      engine.jobs.handBack("a", first),
    ]) {
      const { code, message } = await refusal(attempt);
      assert.is(code, "STALE");
      assert.is(
        message,
        `job a is being worked on by successor under lease ${second}, and lease ${first} does not hold it`,
      );
    }
    assert.equal(Object.keys((await state()).working), ["a"]);
    await engine.jobs.ack("a", second);
    assert.equal((await state()).counters, { processed: 2, failures: 1 });
    assert.match((await refusal(engine.jobs.ack("a", first))).message, "job a is not here");
    assert.match((await refusal(engine.jobs.ack("a", second))).message, "job a is not here");
  }),
);

test(
  "A2.5 after a while without any broker every worker has time to renew its leases",
  withTask(expireReservationsTask, async (world) => {
    const { engine, clock, state } = world;
    const token = await begin(world);
    clock.advance(10 * LEASE_MS); // in one go, and so without a word from any broker
    await live(world, (LEASE_MS * 2) / 3 - 2_000);
    assert.equal(Object.keys((await state()).working), ["a"]);
    assert.equal(await engine.jobs.renew([{ jid: "a", token }]), { lost: [], calledOff: [] });
    await live(world, LEASE_MS - 5_000);
    assert.equal(Object.keys((await state()).working), ["a"]);
    await live(world, 7_000);
    assert.equal((await state()).working, {});
  }),
);

test(
  "a broker that is away for a moment again and again keeps no dead worker's job for ever",
  withTask(expireReservationsTask, async (world) => {
    const { clock, state } = world;
    await begin(world);
    for (let minute = 0; minute < 3; minute++) {
      await live(world, LEASE_MS - 7_000);
      clock.advance(3_100);
    }
    assert.equal((await state()).working, {});
  }),
);

test(
  "a job that kills its workers is not tried for ever",
  withTask(expireReservationsTask, async (world) => {
    const { engine, push, client, state, task } = world;
    task.start();
    await push("a", { retry: 2 });
    for (const _ of ["first", "second", "third"]) {
      await client("w", 2_000).fetch("q");
      await live(world, 4_000);
      await engine.jobs.promoteDue();
    }
    const { dead, counters } = await state();
    assert.equal(Object.keys(dead), ["a"]);
    assert.equal(counters, { processed: 3, failures: 3 });
  }),
);

test(
  "a client without leases goes on as it does with FWP",
  withTask(expireReservationsTask, async (world) => {
    const { engine, client, push, state, task } = world;
    task.start();
    await push("a", { reserveForSeconds: 60 });
    await client("w").fetch("q");
    await live(world, 59_000);
    assert.equal(Object.keys((await state()).working), ["a"]);
    await engine.jobs.ack("a");
    assert.equal((await state()).counters, { processed: 1 });
  }),
);

test.run();
