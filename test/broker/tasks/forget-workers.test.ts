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
    const passSeconds = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed++) {
        await engine.jobs.keepAlive();
        await pass(1_000);
      }
    };
    await passSeconds(60);
    assert.equal(Object.keys((await state()).workers), ["w"]);
    await passSeconds(5);
    assert.equal((await state()).workers, {});
    assert.is(engine.statistics.forgotten, 1);
  }),
);

test(
  "hundreds are forgotten at once",
  withTask(forgetWorkersTask, async ({ task, engine, seed, clock, state, pass }) => {
    const wids = Array.from({ length: 250 }, (_, index) => `w${index}`);
    const silentSince = clock.now() - 60_001;
    await seed({
      alive: clock.now(),
      workers: Object.fromEntries(wids.map((wid) => [wid, silentSince])),
    });
    task.start();
    await pass(1);
    assert.equal((await state()).workers, {});
    assert.is(engine.statistics.forgotten, 250);
  }),
);

test(
  "hundreds whose connections have closed as well, and nobody waits for the last of them",
  withTask(forgetWorkersTask, async ({ task, seed, clock, state, pass }) => {
    const wids = Array.from({ length: 250 }, (_, index) => `w${index}`);
    const silentSince = clock.now() - 60_001;
    await seed({
      alive: clock.now(),
      departed: Object.fromEntries(wids.map((wid) => [wid, silentSince])),
    });
    task.start();
    await pass(1);
    assert.equal((await state()).departed, {});
  }),
);

for (const seconds of [1, 14]) {
  test(
    `what a worker got ${seconds} s after its last beat may be run again as well`,
    withTask(forgetWorkersTask, async ({ task, engine, push, client, state, pass }) => {
      await push("a");
      const worker = client("w");
      const details = { wid: "w", hostname: "h", pid: 1, labels: [], rssKb: 1 };
      await engine.workers.register(details, worker);
      await engine.workers.beat({ wid: "w", state: "running", rssKb: 1 });
      task.start();
      const passSeconds = async (count: number) => {
        for (let passed = 0; passed < count; passed++) {
          await engine.jobs.keepAlive();
          await pass(1_000);
        }
      };
      await passSeconds(seconds);
      await worker.fetch("q");
      await engine.workers.disconnect("w", worker);
      await passSeconds(66 - seconds);
      assert.equal(Object.keys((await state()).retries), ["a"]);
    }),
  );
}

test(
  "what a worker had that stopped beating may be run again at once, and nothing else",
  withTask(forgetWorkersTask, async ({ task, engine, push, client, state, pass, clock }) => {
    const wids = ["dead", "crashed", "back", "silent", "living"];
    for (const wid of wids) await push(`job of ${wid}`);
    const enter = async (wid: string) => {
      const worker = client(wid);
      await engine.workers.register({ wid, hostname: "h", pid: 1, labels: [], rssKb: 1 }, worker);
      return worker;
    };
    const beat = (wid: string) => engine.workers.beat({ wid, state: "running", rssKb: 1 });
    for (const wid of wids) {
      const worker = await enter(wid);
      await worker.fetch("q");
      assert.equal(worker.answers, [`job of ${wid}`]);
      if (wid !== "silent") await beat(wid); // who never says a word
      if (wid === "crashed" || wid === "back") await engine.workers.disconnect(wid, worker);
    }
    task.start();
    for (let passed = 0; passed < 66; passed++) {
      await engine.jobs.keepAlive();
      if (passed === 30) await enter("back");
      if (passed % 10 === 0) await beat("living");
      await pass(1_000);
    }
    const { working, retries, jobs, departed } = await state();
    assert.equal(Object.keys(working).toSorted(), [
      "job of back",
      "job of living",
      "job of silent",
    ]);
    assert.equal(Object.keys(retries).toSorted(), ["job of crashed", "job of dead"]);
    assert.ok(Object.values(retries).every((at) => at <= clock.now()));
    assert.is(jobs["job of crashed"]?.failure?.message, "worker lost: crashed");
    assert.equal(departed, {});
  }),
);

test(
  "where an operator wishes so, a worker is forgotten and its jobs stay reserved",
  withTask(forgetWorkersTask, async ({ task, engine, push, client, state, pass }) => {
    await push("a");
    const worker = client("w");
    await engine.workers.register(
      { wid: "w", hostname: "h", pid: 1, labels: [], rssKb: 1 },
      worker,
    );
    await worker.fetch("q");
    await engine.workers.beat({ wid: "w", state: "running", rssKb: 1 });
    engine.workers.recoversSilent = false;
    task.start();
    for (let passed = 0; passed < 66; passed++) {
      await engine.jobs.keepAlive();
      await pass(1_000);
    }
    const { workers, working, reservations } = await state();
    assert.equal(workers, {});
    assert.equal(Object.keys(working), ["a"]);
    assert.is(reservations["a"]?.wid, "w");
  }),
);

test.run();
