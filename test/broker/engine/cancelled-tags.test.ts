import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CommandError } from "../../../protocol/errors.ts";
import { newJob, openEngine, type TestEngine, withEngine } from "../../kit/engine.ts";

const test = suite("engine/cancellations of tags");

const running = new AbortController().signal;
const report = { errtype: "E", message: "m", backtrace: [] };

/** The error as a client would see it. */
async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `-${error.code} ${error.message}`;
  }
}

async function pushMany({ engine }: TestEngine, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => newJob(`job-${index}`, { tags: ["t"] }));
  await engine.jobs.pushAll(jobs);
}

test(
  "all that wait are cancelled, however many steps that takes",
  withEngine(async (world) => {
    const { engine, clock, log, state } = world;
    await pushMany(world, 250);
    const at = clock.now();
    const told = { reason: "late", by: "ops" };
    assert.equal(await engine.cancellations.cancelTag("t", told, running), {
      at,
      ...told,
      waiting: 250,
      running: 0,
      endedAt: at,
    });
    const { cancelled, queues } = await state();
    assert.equal([Object.keys(cancelled).length, queues], [250, {}]);
    assert.equal(log.of("tag.called-off").at(0), {
      level: "info",
      event: "tag.called-off",
      tag: "t",
      waiting: 250,
      running: 0,
    });
  }),
);

test(
  "it is over with the last that runs, and from then on the tag may be used again",
  withEngine(async ({ engine, push, client, clock }) => {
    const { cancellations, jobs } = engine;
    for (const jid of ["runs-1", "runs-2", "waits"]) await push(jid, { tags: ["t"] });
    const worker = client("w");
    await worker.fetch("q");
    await worker.fetch("q");
    const cancel = await cancellations.cancelTag("t", { by: "ops" }, running);
    assert.equal([cancel.waiting, cancel.running, cancel.endedAt], [1, 2, undefined]);
    assert.is(
      await refusal(push("new", { tags: ["other", "t"] })),
      '-CANCELLING tag "t" is being cancelled, 2 jobs of it still run',
    );
    clock.advance(1_000);
    await jobs.ack("waits");
    await jobs.fail("runs-1", report);
    assert.is(
      await refusal(push("new", { tags: ["t"] })),
      '-CANCELLING tag "t" is being cancelled, 1 job of it still runs',
    );
    assert.is((await cancellations.findTag("t")).live, 1);
    await jobs.ack("runs-2");
    const { live, cancellation } = await cancellations.findTag("t");
    assert.equal([live, cancellation?.endedAt, cancellation?.running], [0, clock.now(), 0]);
    await push("new", { tags: ["t"] });
    assert.is((await cancellations.findTag("t")).live, 1);
  }),
);

test(
  "what takes longer than two seconds goes on by itself, on any broker",
  withEngine(async (world) => {
    const { engine, clock, flaky, namespace, state } = world;
    await pushMany(world, 450);
    const release = flaky.hold("cancels.sweepGroup");
    const answered = engine.cancellations.cancelTag("t", {}, running);
    await flaky.untilHeld("cancels.sweepGroup");
    clock.advance(2_000);
    release();
    const { waiting, endedAt } = await answered;
    assert.equal([waiting, endedAt], [100, undefined]);
    const other = await openEngine({ namespace, clock });
    try {
      assert.ok(await other.engine.cancellations.goOn(), "there is more");
      while (await other.engine.cancellations.goOn());
      const { cancellation } = await engine.cancellations.findTag("t");
      assert.equal([cancellation?.waiting, cancellation?.endedAt], [450, clock.now()]);
      assert.is(await other.engine.cancellations.goOn(), false, "nothing is left to do");
      assert.is(Object.keys((await state()).cancelled).length, 450);
    } finally {
      other.close();
    }
  }),
);

test(
  "those that run are called off before any that wait, however many these are",
  withEngine(async (world) => {
    const { engine, client, flaky, state, push } = world;
    await push("z-the last", { tags: ["t"] });
    await client("w").fetch("q");
    await pushMany(world, 450);
    const release = flaky.hold("cancels.sweepGroup");
    const answered = engine.cancellations.cancelTag("t", {}, running);
    await flaky.untilHeld("cancels.sweepGroup");
    assert.equal((await state()).cancelling, ["z-the last"]);
    release();
    await answered;
  }),
);

test(
  "a broker that stops does not wait for the end of it",
  withEngine(async (world) => {
    await pushMany(world, 450);
    const stopping = new AbortController();
    const release = world.flaky.hold("cancels.sweepGroup");
    const answered = world.engine.cancellations.cancelTag("t", {}, stopping.signal);
    await world.flaky.untilHeld("cancels.sweepGroup");
    stopping.abort();
    release();
    assert.is((await answered).waiting, 100);
  }),
);

test(
  "when everything is deleted meanwhile, that is told",
  withEngine(async (world) => {
    const { engine, flaky } = world;
    await pushMany(world, 150);
    const release = flaky.hold("cancels.cancelGroup");
    const answered = engine.cancellations.cancelTag("t", {}, running);
    await flaky.untilHeld("cancels.cancelGroup");
    await engine.flush();
    release();
    assert.is(await refusal(answered), "-ERR everything was deleted meanwhile");
  }),
);

test(
  "a FETCH gets what is behind jobs that are being cancelled, though these are many",
  withEngine(async (world) => {
    const { engine, push, client, flaky, clock, state } = world;
    await pushMany(world, 350);
    await push("behind");
    const release = flaky.hold("cancels.cancelGroup");
    const answered = engine.cancellations.cancelTag("t", {}, running);
    await flaky.untilHeld("cancels.cancelGroup");
    const worker = client("w");
    await worker.fetch("q");
    assert.equal(worker.answers, ["behind"]);
    release();
    assert.equal(await answered, {
      at: clock.now(),
      waiting: 350,
      running: 0,
      endedAt: clock.now(),
    });
    assert.is(Object.keys((await state()).cancelled).length, 350);
  }),
);

test(
  "on behalf of a job that is called off, or is somebody else's, nothing is pushed",
  withEngine(async ({ engine, push, client, clock }) => {
    await push("parent", { tags: ["t"] });
    const worker = client("w", 30_000);
    await worker.fetch("q");
    const [token = Number.NaN] = worker.tokens;
    const onBehalf = { jid: "parent", token };
    await push("child-1", { onBehalf });
    assert.is(
      await refusal(push("child-2", { onBehalf: { jid: "parent", token: token - 1 } })),
      `-STALE job parent is being worked on by w under lease ${token}, and lease ${token - 1} does not hold it`,
    );
    await engine.cancellations.cancelTag("t", { by: "ops", reason: "late" }, running);
    assert.is(
      await refusal(push("child-3", { onBehalf })),
      "-CANCELLED job parent is being cancelled by ops: late",
    );
    clock.advance(30_000);
    await engine.jobs.ack("parent", token);
    assert.is(
      await refusal(push("child-4", { onBehalf })),
      `-STALE job parent is in cancelled, and lease ${token} does not hold it`,
    );
  }),
);

test.run();
