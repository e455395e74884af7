import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expireReservationsTask } from "../../../broker/tasks/expire-reservations.ts";
import { withTask } from "../../kit/task.ts";

const test = suite("tasks/expire-reservations");

test(
  "a job whose reservation runs out is retried, at that time and not before",
  withTask(expireReservationsTask, async ({ task, push, client, state, pass }) => {
    task.start();
    await push("a", { reserveForSeconds: 60 });
    await client().fetch("q");
    await pass(59_999);
    assert.equal(Object.keys((await state()).working), ["a"]);
    await pass(1);
    const { working, retries, counters } = await state();
    assert.equal([working, Object.keys(retries)], [{}, ["a"]]);
    assert.equal(counters, { processed: 1, failures: 1 });
  }),
);

test(
  "a job that is done in time does not expire",
  withTask(expireReservationsTask, async ({ task, push, client, engine, state, pass }) => {
    task.start();
    await push("a", { reserveForSeconds: 60 });
    await client().fetch("q");
    await pass(59_000, 1_000);
    await engine.jobs.ack("a");
    await pass(5_000, 1_000);
    assert.equal((await state()).counters, { processed: 1 });
    assert.is(engine.statistics.expired, 0);
  }),
);

test(
  "hundreds that run out together all expire at once, and are counted",
  withTask(expireReservationsTask, async ({ task, seed, engine, clock, state, pass }) => {
    const jids = Array.from({ length: 250 }, (_, index) => `job-${index}`);
    const job = { v: 1, queue: "q", text: "text" } as const;
    const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
    await seed({
      jobs: Object.fromEntries(jids.map((jid) => [jid, job])),
      working: Object.fromEntries(jids.map((jid) => [jid, clock.now() + 5])),
      reservations: Object.fromEntries(jids.map((jid) => [jid, reservation])),
    });
    task.start();
    await pass(10);
    assert.equal((await state()).working, {});
    assert.is(engine.statistics.expired, 250);
  }),
);

test.run();
