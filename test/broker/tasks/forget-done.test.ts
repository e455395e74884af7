import { suite } from "uvu";
import * as assert from "uvu/assert";
import { forgetDoneTask } from "../../../broker/tasks/forget-done.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/forget-done");

const job = { v: 1, queue: "q", text: "text" } as const;

test(
  "jobs that are done are forgotten at their time, hundreds at once",
  withTask(forgetDoneTask, async ({ task, seed, clock, state, pass }) => {
    const now = clock.now();
    const many = Array.from({ length: 250 }, (_, index) => `job-${index}`);
    const due = [["soon", now + 2_000] as const, ["later", now + 60_000] as const];
    await seed({
      jobs: Object.fromEntries([...many, "soon", "later"].map((jid) => [jid, job])),
      done: Object.fromEntries([...many.map((jid) => [jid, now] as const), ...due]),
    });
    task.start();
    await pass(1);
    assert.equal((await state()).done, Object.fromEntries(due));
    await pass(1_998);
    assert.equal(Object.keys((await state()).jobs), ["soon", "later"]);
    await pass(1);
    assert.equal((await state()).done, { later: now + 60_000 });
    await pass(58_000);
    assert.equal((await state()).jobs, {});
  }),
);

test(
  "what this broker keeps for a moment is forgotten after it",
  withTask(forgetDoneTask, async ({ task, engine, push, client, state, pass }) => {
    task.start();
    await pass(1);
    await push("a");
    await client("w").fetch("q");
    await engine.jobs.ack("a", undefined, { seconds: 1, result: undefined });
    await pass(999);
    assert.equal(Object.keys((await state()).done), ["a"]);
    await pass(1);
    assert.equal((await state()).jobs, {});
  }),
);

test(
  "what another broker keeps for a moment is forgotten within five seconds",
  withTask(forgetDoneTask, async ({ task, seed, clock, state, pass }) => {
    task.start();
    await pass(1);
    await seed({ jobs: { a: job }, done: { a: clock.now() + 1_000 } });
    await pass(4_999);
    assert.equal(Object.keys((await state()).jobs), ["a"]);
    await pass(1);
    assert.equal((await state()).jobs, {});
  }),
);

test.run();
