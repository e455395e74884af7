import { suite } from "uvu";
import * as assert from "uvu/assert";
import { goOnCancellingTask } from "../../../broker/tasks/go-on-cancelling.ts";
import { newJob } from "../../kit/engine.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/go-on-cancelling");

test(
  "what a broker has begun and not finished is found within a second, and done to its end",
  withTask(goOnCancellingTask, async ({ task, engine, store, clock, state, pass }) => {
    task.start();
    await pass(1);
    const jids = Array.from({ length: 250 }, (_, index) => `job-${index}`);
    await engine.jobs.pushAll(jids.map((jid) => newJob(jid, { tags: ["t"] })));
    // As if the broker that began it had died right after.
    await store.cancels.cancelGroup("tag:t", { at: clock.now() });
    await pass(1_000);
    const { cancelled, queues } = await state();
    assert.equal([Object.keys(cancelled).length, queues], [250, {}]);
    assert.is((await engine.cancellations.findTag("t")).cancellation?.waiting, 250);
  }),
);

test.run();
