import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord, type JobHeader } from "../../../broker/store/record.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { withEngine } from "../../kit/engine.ts";

const test = suite("engine/interventions");

const job = { v: 1, queue: "q", text: "text" } as const;
const failure = { retryCount: 2, remaining: 0, errtype: "E", message: "m" };

test(
  "a job that waits or is dead goes to its queue at once, with what it has, and wakes who waits there",
  withEngine(async ({ engine, seed, clock, state, client }) => {
    await seed({
      jobs: { a: job, b: { ...job, failure, runs: 3, attempts: "" }, c: { ...job, priority: 9 } },
      scheduled: { a: clock.now() + 3_600_000 },
      retries: { b: clock.now() + 3_600_000 },
      dead: { c: 1 },
    });
    const worker = client();
    const fetching = worker.fetch("q");
    await engine.interventions.retry("a");
    await fetching;
    assert.equal(worker.answers, ["a"]);
    for (const jid of ["b", "c", "b"]) await engine.interventions.retry(jid);
    const { queues, scheduled, retries, dead, jobs } = await state();
    assert.equal([queues, scheduled, retries, dead], [{ q: { b: "5/2", c: "9/3" } }, {}, {}, {}]);
    const enqueuedAt = clock.now();
    assert.equal(jobs["b"], { ...job, failure, runs: 3, attempts: "", enqueuedAt });
  }),
);

test(
  "one that is being worked on, done or nowhere is not retried, and the error says so",
  withEngine(async ({ engine, seed, state, push, client }) => {
    await seed({ jobs: { kept: job }, done: { kept: 5 } });
    await push("busy");
    await client("w 1", 30_000).fetch("q");
    const before = await state();
    const errors = await Promise.all(
      ["busy", "kept", "nobody"].map((jid) => engine.interventions.retry(jid).catch(String)),
    );
    const lease = before.reservations["busy"]?.lease?.token;
    assert.equal(errors, [
      `CommandError: job busy is being worked on by w 1 under lease ${lease}: it can't be retried`,
      "CommandError: job kept is in done: it can't be retried",
      "CommandError: Job not found nobody",
    ]);
    assert.equal(await state(), before);
  }),
);

test(
  "one that was called off stays so, and so does one that is dead while its tag is called off",
  withEngine(async ({ engine, seed, state, push, client }) => {
    await seed({
      jobs: { gone: job, dead: job },
      cancelled: { gone: 5 },
      cancels: { gone: { at: 5, by: "ops", reason: "no need" } },
      dead: { dead: 6 },
      ties: { dead: { queue: "q", tags: ["t"] } },
      groups: { "tag:t": { jobs: { dead: "kept" }, cancellation: { at: 5, waiting: 0 } } },
    });
    await push("busy");
    await client("w").fetch("q");
    await engine.cancellations.cancelJob("busy", {});
    const before = await state();
    const errors = await Promise.all(
      ["gone", "dead", "busy"].map((jid) => refusal(engine.interventions.retry(jid))),
    );
    assert.equal(errors, [
      "-CANCELLED job gone was cancelled by ops: no need",
      '-CANCELLING job dead is in dead, and tag "t" is being cancelled',
      "-ERR job busy is being worked on by w under lease none: it can't be retried",
    ]);
    assert.equal(await state(), before);
    await engine.interventions.delete("gone");
    const { cancelled, cancels } = await state();
    assert.equal([cancelled, Object.keys(cancels)], [{}, ["busy"]]);
  }),
);

test(
  "one that came to where it can be retried in between is retried then",
  withEngine(async ({ engine, flaky, push, client, state }) => {
    await push("a");
    await client("w").fetch("q");
    const letGo = flaky.hold("waiting.enqueue");
    const retrying = engine.interventions.retry("a");
    await flaky.untilHeld("waiting.enqueue");
    const report = { errtype: "E", message: "m", backtrace: [] };
    await engine.jobs.fail("a", report);
    letGo();
    await retrying;
    assert.equal((await state()).queues, { q: { a: "5/2" } });
  }),
);

test(
  "one that can't be read here is told of",
  withEngine(async ({ engine, redis, keys, clock, state }) => {
    const foreign = { v: 9, name: "q" } as unknown as JobHeader;
    await redis.hset(keys.jobs, "a", encodeRecord(foreign, Buffer.from("{}")));
    await redis.zadd(keys.retries, clock.now(), "a");
    const refused = await engine.interventions.retry("a").catch(String);
    assert.is(
      refused,
      "CommandError: job a was stored in format 9, which this broker does not know",
    );
    assert.equal((await state()).retries, { a: clock.now() + 60_000 });
    await engine.interventions.delete("a");
    assert.equal((await state()).jobs, {});
  }),
);

test(
  "a job is deleted wherever it waits, but not from its worker's hands",
  withEngine(async ({ engine, push, client, state, clock }) => {
    for (const jid of ["busy", "queued"]) await push(jid);
    await push("later", { at: clock.now() + 1_000 });
    await client().fetch("q");
    for (const jid of ["queued", "later"]) await engine.interventions.delete(jid);
    const errors = await Promise.all(
      ["busy", "queued"].map((jid) => engine.interventions.delete(jid).catch(String)),
    );
    assert.equal(errors, [
      "CommandError: job busy is being worked on by a worker without wid under lease none: it can't be deleted",
      "CommandError: Job not found queued",
    ]);
    assert.equal(Object.keys((await state()).jobs), ["busy"]);
  }),
);

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  return error instanceof CommandError ? `-${error.code} ${error.message}` : String(error);
}

test.run();
