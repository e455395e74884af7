import { suite } from "uvu";
import * as assert from "uvu/assert";
import { purgeDeadTask } from "../../../broker/tasks/purge-dead.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/purge-dead");

const KEPT_MS = 180 * 86_400_000;
const job = { v: 1, queue: "q", text: "text" } as const;

test(
  "jobs that died half a year ago are deleted, hundreds at once, and counted",
  withTask(purgeDeadTask, async ({ task, engine, seed, clock, state, pass }) => {
    const old = Array.from({ length: 250 }, (_, index) => `old-${index}`);
    const diedAt = clock.now() - KEPT_MS - 1;
    await seed({
      jobs: Object.fromEntries([...old, "young"].map((jid) => [jid, job])),
      dead: { ...Object.fromEntries(old.map((jid) => [jid, diedAt])), young: diedAt + 60_000 },
    });
    task.start();
    await pass(1);
    const { jobs, dead } = await state();
    assert.equal([Object.keys(jobs), Object.keys(dead)], [["young"], ["young"]]);
    assert.is(engine.statistics.purger.purged, 250);
    assert.is(engine.statistics.purger.cycles, 4);
    await pass(59_000);
    assert.is(engine.statistics.purger.cycles, 4, "it looks once a minute");
    await pass(1_000);
    assert.equal((await state()).dead, {});
  }),
);

test.run();
