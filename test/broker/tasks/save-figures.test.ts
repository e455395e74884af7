import { suite } from "uvu";
import * as assert from "uvu/assert";
import { saveFiguresTask } from "../../../broker/tasks/save-figures.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/save-figures");

test(
  "what was measured is saved within a second, and while nothing is, Redis is not asked",
  withTask(saveFiguresTask, async ({ task, engine, push, client, pass, state, flaky }) => {
    task.start();
    await pass(10_000, 1_000);
    assert.is(flaky.callCount, 0);
    await push("a", { text: Buffer.from('{"jid":"a","jobtype":"T"}') });
    await client("w").fetch("q");
    await engine.jobs.ack("a");
    await pass(1_000);
    assert.equal(Object.keys((await state()).jobtypes), ["T"]);
    assert.is(flaky.calls("figures.add"), 1);
  }),
);

test.run();
