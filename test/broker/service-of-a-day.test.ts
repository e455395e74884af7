// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expireReservationsTask } from "../../broker/tasks/expire-reservations.ts";
import { newJob } from "../kit/engine.ts";
import { withTask } from "../kit/task.ts";

// A1.7: what is unique for a time runs twice where one time ends and the next begins. A service is unique
// as long as it lives.

const test = suite("A1.7: a service of a whole day");

const LEASE_MS = 240_000;
const BEAT_MS = 60_000;
const HOUR_MS = 3_600_000;

const job = newJob("service.poller", { queue: "service.poller", retry: Number.MAX_SAFE_INTEGER });

test(
  "A1.7 in 24 hours it never runs twice at a time, however often workers are started",
  withTask(expireReservationsTask, async (world) => {
    const { engine, clock, task, pass, state, client } = world;
    task.start();
    await engine.jobs.keepAlive();
    await engine.jobs.push(job);
    const runner = client("runner", LEASE_MS);
    await runner.fetch(job.queue);
    const [token = 0] = runner.tokens;
    const others = client("others", LEASE_MS);
    const startedAt = clock.now();
    let starts = 0;
    while (clock.now() < startedAt + 24 * HOUR_MS) {
      const waiting = others.fetch(job.queue);
      await engine.jobs.keepAlive();
      await pass(BEAT_MS);
      await waiting;
      const { lost } = await engine.jobs.renew([{ jid: job.jid, token }]);
      assert.equal(lost, []);
      // A worker is started every ten minutes, at midnight, too.
      if ((clock.now() - startedAt) % (HOUR_MS / 6) === 0) {
        await engine.jobs.push(job);
        starts++;
      }
    }
    assert.is(starts, 24 * 6);
    assert.equal(new Set(others.answers), new Set(["nothing"]));
    const { jobs, working, queues, scheduled, retries } = await state();
    assert.equal([queues, scheduled, retries], [{}, {}, {}]);
    assert.equal([Object.keys(jobs), Object.keys(working)], [[job.jid], [job.jid]]);
  }),
);

test.run();
