import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { Cancelled, StaleLease } from "../../worker-sdk/errors.ts";
import { JobCancelled, ReservationEnded } from "../../worker-sdk/job-errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/worker, of jobs that take long");

test.after(stopSharedBroker);

/** Resolves when the signal fires, with why. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => {
    signal.addEventListener("abort", () => resolve(signal.reason));
  });

test(
  "A2.6 how far a job is, and what has come of it so far, can be read while it runs",
  withWorkers(async ({ url, client, worker, queue }) => {
    let goOn = () => {};
    const working = worker().handle("long", async (_args, { progress }) => {
      for (const rows of [10, 20, 30]) {
        await progress(rows, `row ${rows}`, { result: { rows } });
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    });
    await working.start();
    const jid = await client.push("long", [], { queue });
    const observer = new Client({ url });
    let sequence = 0;
    for (const rows of [10, 20, 30]) {
      const seen = await until(
        async () => {
          const progress = await observer.jobs.progress(jid);
          return progress.percent === rows && progress;
        },
        { what: `it has come to ${rows}` },
      );
      assert.equal([seen.description, seen.result], [`row ${rows}`, { rows }]);
      assert.ok(seen.sequence > sequence);
      sequence = seen.sequence;
      goOn();
    }
    await observer.close();
  }),
);

test(
  "what came of a job is kept for as long as its handler says",
  withWorkers(async ({ client, worker, queue }) => {
    const working = worker().handle("sum", ([a, b], { result }) => {
      result({ sum: Number(a) + Number(b), id: 12345678901234567890n }, { keepForSeconds: 60 });
    });
    await working.start();
    const jid = await client.push("sum", [1, 2], { queue });
    await until(async () => (await client.jobs.find(jid))?.state === "done", {
      what: "it is done",
    });
    const record = await client.jobs.find(jid);
    assert.equal(record?.result, { sum: 3, id: 12345678901234567890n });
    const keptMs = Number(record?.forgetAt) - Number(record?.endedAt);
    assert.ok(Math.abs(keptMs - 60_000) < 1_000, `${keptMs} ms`);
  }),
);

test(
  "A2.3 a job that tells of no progress is taken away from who hangs, and tried again",
  withWorkers(async ({ client, worker, queue }) => {
    const reasons: unknown[] = [];
    const working = worker({ beatIntervalMs: 50 }).handle(
      "hangs",
      async (_args, { signal, attempt }) => {
        if (attempt === 1) reasons.push(await untilAborted(signal));
      },
      { stallAfterSeconds: 1, onStall: "retry" },
    );
    await working.start();
    const jid = await client.push("hangs", [], { queue });
    const failed = await until(
      async () => {
        const record = await client.jobs.find(jid);
        return record?.state === "retries" && record;
      },
      { what: "it has failed" },
    );
    assert.is(failed.failure?.errtype, "JobStalled");
    await until(() => reasons.length === 1, { what: "its handler is told" });
    assert.instance(reasons[0], ReservationEnded);
  }),
);

test(
  "A2.3 or it is cancelled; and as long as it tells of progress it is neither",
  withWorkers(async ({ client, worker, queue }) => {
    let told = 0;
    const reasons: unknown[] = [];
    const working = worker({ beatIntervalMs: 50 }).handle(
      "gets stuck",
      async (_args, { signal, progress }) => {
        for (const endsAt = performance.now() + 1_500; performance.now() < endsAt; told++) {
          await progress(50);
        }
        assert.is(signal.aborted, false);
        reasons.push(await untilAborted(signal));
      },
      { stallAfterSeconds: 1, onStall: "cancel" },
    );
    await working.start();
    const jid = await client.push("gets stuck", [], { queue });
    await until(async () => (await client.jobs.find(jid))?.state === "cancelled", {
      what: "it is cancelled",
    });
    assert.ok(told > 10);
    assert.instance(reasons[0], JobCancelled);
    assert.equal(
      [(reasons[0] as JobCancelled).by, (reasons[0] as JobCancelled).reason],
      ["stall", "no progress for 1 s"],
    );
  }),
);

test(
  "A0.4 what a job pushes when it has been cancelled is refused",
  withWorkers(async ({ client, worker, queue }) => {
    const errors: Error[] = [];
    const working = worker({ beatIntervalMs: 50 }).handle("parent", async (_args, context) => {
      await context.client.push("child", [], { queue: "children" });
      await untilAborted(context.signal);
      errors.push(await failureOf(context.client.push("child", [], { queue: "children" })));
    });
    await working.start();
    const jid = await client.push("parent", [], { queue });
    await until(async () => (await client.info()).faktory.queues["children"] === 1, {
      what: "it has pushed one before",
    });
    await client.jobs.cancel(jid, { by: "ann" });
    await until(async () => (await client.jobs.find(jid))?.state === "cancelled", {
      what: "it is cancelled",
    });
    assert.instance(errors[0], Cancelled);
    assert.is((await client.info()).faktory.queues["children"], 1);
  }),
);

test(
  "who has lost a job neither pushes for it nor tells of it",
  withWorkers(async ({ broker, client, worker, queue }) => {
    const errors: Error[] = [];
    const working = worker().handle(
      "lost",
      async (_args, { client: own, job, lease, progress }) => {
        // As after a pause of the whole process, in which somebody else has done it.
        const other = await Wire.hello(broker.port);
        await other.call(`ACK {"jid":"${job.jid}","lease":${lease?.token}}`);
        other.close();
        errors.push(await failureOf(own.push("child", [])), await failureOf(progress(50)));
      },
    );
    await working.start();
    await client.push("lost", [], { queue });
    await until(() => errors.length === 2, { what: "both are refused" });
    for (const error of errors) assert.instance(error, StaleLease);
  }),
);

test.run();
