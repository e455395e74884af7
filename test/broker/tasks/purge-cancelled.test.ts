import { suite } from "uvu";
import * as assert from "uvu/assert";
import { purgeCancelledTask } from "../../../broker/tasks/purge-cancelled.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/purge-cancelled");

const KEPT_MS = 7 * 86_400_000;
const job = { v: 1, queue: "q", text: "text" } as const;

test(
  "jobs that were cancelled a week ago are deleted, hundreds at once",
  withTask(purgeCancelledTask, async ({ task, seed, clock, state, pass, log }) => {
    const old = Array.from({ length: 250 }, (_, index) => `old-${index}`);
    const at = clock.now() - KEPT_MS - 1;
    const all = [...old, "young"];
    await seed({
      jobs: Object.fromEntries(all.map((jid) => [jid, job])),
      cancelled: { ...Object.fromEntries(old.map((jid) => [jid, at])), young: at + 60_000 },
      cancels: Object.fromEntries(all.map((jid) => [jid, { at }])),
    });
    task.start();
    await pass(1);
    const { jobs, cancelled, cancels } = await state();
    assert.equal([jobs, cancelled, cancels].map(Object.keys), [["young"], ["young"], ["young"]]);
    assert.equal(
      log.of("cancelled.purged").map(({ count }) => count),
      [100, 100, 50],
    );
    await pass(60_000);
    assert.equal((await state()).cancelled, {});
  }),
);

test(
  "that a tag was cancelled is forgotten after as long",
  withTask(purgeCancelledTask, async ({ task, engine, seed, clock, pass }) => {
    const endedAt = clock.now() - KEPT_MS + 59_000;
    await seed({ groups: { "tag:t": { cancellation: { at: 1, waiting: 3, endedAt } } } });
    task.start();
    await pass(1);
    assert.is((await engine.cancellations.findTag("t")).cancellation?.waiting, 3);
    await pass(60_000);
    assert.is((await engine.cancellations.findTag("t")).cancellation, undefined);
  }),
);

test.run();
