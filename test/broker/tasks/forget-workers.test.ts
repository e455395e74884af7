import { suite } from "uvu";
import * as assert from "uvu/assert";
import { forgetWorkersTask } from "../../../broker/tasks/forget-workers.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/forget-workers");

test(
  "a worker that stopped beating is forgotten after a minute, or five seconds later",
  withTask(forgetWorkersTask, async ({ task, engine, client, state, pass }) => {
    task.start();
    const details = { wid: "w", hostname: "h", pid: 1, labels: [], rssKb: 1 };
    await engine.workers.register(details, client("w"));
    await pass(60_000, 1_000);
    assert.equal(Object.keys((await state()).workers), ["w"]);
    await pass(5_000, 1_000);
    assert.equal((await state()).workers, {});
    assert.is(engine.statistics.forgotten, 1);
  }),
);

test(
  "hundreds are forgotten at once",
  withTask(forgetWorkersTask, async ({ task, engine, seed, clock, state, pass }) => {
    const wids = Array.from({ length: 250 }, (_, index) => `w${index}`);
    const silentSince = clock.now() - 60_001;
    await seed({ workers: Object.fromEntries(wids.map((wid) => [wid, silentSince])) });
    task.start();
    await pass(1);
    assert.equal((await state()).workers, {});
    assert.is(engine.statistics.forgotten, 250);
  }),
);

test.run();
