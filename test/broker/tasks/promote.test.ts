import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { promoteTask } from "../../../broker/tasks/promote.ts";
import { newJob } from "../../kit/engine.ts";
import { openStore } from "../../kit/store.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/promote");

const report = { errtype: "E", message: "m", backtrace: [] };

test(
  "a scheduled job is in its queue within 50 ms of its time, and not before it",
  withTask(promoteTask, async ({ task, push, clock, state, pass }) => {
    task.start();
    await pass(1);
    const at = clock.now() + 777.5;
    await push("a", { at });
    await pass(777);
    assert.equal((await state()).queues, {});
    await pass(50, 10);
    const { queues, jobs, scheduled } = await state();
    assert.equal([queues, scheduled], [{ q: { a: "5/2" } }, {}]);
    const enqueuedAt = jobs["a"]?.enqueuedAt ?? 0;
    assert.ok(enqueuedAt >= at && enqueuedAt < at + 50, `${enqueuedAt - at} ms late`);
  }),
);

test(
  "so is a job that failed, at the time of its retry",
  withTask(promoteTask, async ({ task, push, engine, client, state, pass }) => {
    task.start();
    await push("a");
    await client().fetch("q");
    await engine.jobs.fail("a", report);
    await pass(14_999);
    assert.equal(Object.keys((await state()).retries), ["a"]);
    await pass(1);
    const { queues, retries } = await state();
    assert.equal([Object.keys(queues["q"] ?? {}), retries], [["a"], {}]);
  }),
);

test(
  "a fetch that waits gets the job at once",
  withTask(promoteTask, async ({ task, push, clock, client, pass }) => {
    task.start();
    await pass(1);
    await push("a", { at: clock.now() + 600 });
    const worker = client();
    const answered = worker.fetch("q");
    await pass(600);
    await answered;
    assert.equal(worker.answers, ["a"]);
  }),
);

test(
  "several fetches get the jobs that are due at the same moment, each from its queue",
  withTask(promoteTask, async ({ task, push, clock, client, pass }) => {
    task.start();
    await pass(1);
    const at = clock.now() + 600;
    for (const [jid, queue] of [
      ["a", "q"],
      ["b", "r"],
      ["c", "q"],
    ] as const) {
      await push(jid, { at, queue });
    }
    const workers = [client(), client(), client()];
    const answered = workers.map((worker, index) => worker.fetch(index === 1 ? "r" : "q"));
    await pass(600);
    await Promise.all(answered);
    assert.equal(
      workers.map(({ answers }) => answers),
      [["a"], ["b"], ["c"]],
    );
  }),
);

test(
  "hundreds that are due together all go at that time, in their order",
  withTask(promoteTask, async ({ task, push, clock, state, pass }) => {
    task.start();
    await pass(1);
    const begin = clock.now();
    const jids = Array.from({ length: 350 }, (_, index) => `job-${index}`);
    await Promise.all(jids.map((jid, index) => push(jid, { at: begin + 500 + index / 1_000 })));
    await pass(520, 10);
    const { queues, scheduled } = await state();
    assert.equal(scheduled, {});
    assert.equal(Object.keys(queues["q"] ?? {}), jids);
  }),
);

test(
  "what another broker has scheduled, and did not live to promote, is seen within a second",
  withTask(promoteTask, async ({ task, namespace, clock, state, pass }) => {
    task.start();
    await pass(1);
    const other = await openStore({ namespace, clock });
    await other.store.push(newJob("a", { at: clock.now() + 100 }));
    other.close();
    await pass(1_000);
    assert.equal(Object.keys((await state()).queues["q"] ?? {}), ["a"]);
  }),
);

test(
  "it counts what it does",
  withTask(promoteTask, async ({ task, push, engine, clock, client, pass }) => {
    task.start();
    await push("a");
    await client().fetch("q");
    await engine.jobs.fail("a", report);
    await push("b", { at: clock.now() + 15_000 });
    await push("c", { at: clock.now() + 15_000 });
    await pass(15_000);
    const { cycles, scheduled, retries } = engine.statistics.promoter;
    assert.equal([scheduled, retries], [2, 1]);
    assert.ok(cycles > 1);
  }),
);

test(
  "when the store fails it tries again within a second",
  withTask(promoteTask, async ({ task, push, clock, flaky, log, state, pass }) => {
    await push("a", { at: clock.now() + 10 });
    flaky.fail("waiting.enqueue", new StoreUnavailable("away"));
    task.start();
    await pass(1);
    await pass(9);
    assert.is(log.of("task.failed").length, 1);
    assert.equal((await state()).queues, {});
    await pass(1_000);
    assert.equal(Object.keys((await state()).queues["q"] ?? {}), ["a"]);
  }),
);

test.run();
