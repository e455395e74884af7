import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DueTask } from "../../../broker/tasks/due-task.ts";
import { TestClock } from "../../kit/clock.ts";
import { recordingLogger } from "../../kit/log.ts";

const test = suite("tasks/due-task");

/** A task that looks again every second, with a note of when it ran. */
function open(work: () => Promise<number | undefined> = async () => undefined) {
  const clock = new TestClock(0);
  const log = recordingLogger();
  const ranAt: number[] = [];
  const task = new DueTask({
    name: "test",
    longestSleepMs: 1_000,
    clock,
    log,
    work: () => {
      ranAt.push(clock.now());
      return work();
    },
  });
  return { clock, log, ranAt, task };
}

/** Moves the clock, and lets what that set off come to rest. */
async function advance(clock: TestClock, ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise(setImmediate);
}

test("it runs at once when it is started, and again after its longest sleep", async () => {
  const { clock, ranAt, task } = open();
  assert.equal(ranAt, []);
  task.start();
  await advance(clock, 0);
  assert.equal(ranAt, [0]);
  await advance(clock, 999);
  assert.equal(ranAt, [0]);
  await advance(clock, 1);
  await advance(clock, 1_000);
  assert.equal(ranAt, [0, 1_000, 2_000]);
  await task.stop();
});

test("it runs at the time that its work has told", async () => {
  const times = [300.5, 700, 5_000];
  const { clock, ranAt, task } = open(async () => times.shift());
  task.start();
  for (let ms = 0; ms < 2_000; ms++) await advance(clock, 1);
  // After 5,000 was told it looks again all the same.
  assert.equal(ranAt, [0, 301, 700, 1_700]);
  await task.stop();
});

test("what is due already is done at once", async () => {
  const times = [0, -5, undefined];
  const { clock, ranAt, task } = open(async () => times.shift());
  task.start();
  for (let turn = 0; turn < 5; turn++) await advance(clock, 0);
  assert.equal(ranAt, [0, 0, 0]);
  await task.stop();
});

test("an earlier wake counts, a later one does not", async () => {
  const { clock, ranAt, task } = open(async () => 500);
  task.start();
  await advance(clock, 0);
  task.wakeAt(800);
  task.wakeAt(200);
  task.wakeAt(400);
  await advance(clock, 199);
  assert.equal(ranAt, [0]);
  await advance(clock, 1);
  assert.equal(ranAt, [0, 200]);
  await advance(clock, 300);
  assert.equal(ranAt, [0, 200, 500]);
  await task.stop();
});

test("a wake while it runs is not lost, nor does it run twice at once", async () => {
  let finish = () => {};
  const { clock, ranAt, task } = open(
    () => new Promise((resolve) => (finish = () => resolve(900))),
  );
  task.start();
  await advance(clock, 0);
  task.wakeAt(100);
  await advance(clock, 150);
  assert.equal(ranAt, [0], "it is still running");
  finish();
  await advance(clock, 0);
  await advance(clock, 0);
  assert.equal(ranAt, [0, 150]);
  finish();
  await advance(clock, 0);
  await advance(clock, 750);
  assert.equal(ranAt, [0, 150, 900]);
  finish();
  await task.stop();
});

test("when its work fails that is logged, and it goes on after its longest sleep", async () => {
  const failure = new Error("away");
  const { clock, log, ranAt, task } = open(() => Promise.reject(failure));
  task.start();
  await advance(clock, 0);
  assert.equal(log.lines, [{ level: "warn", event: "task.failed", task: "test", err: failure }]);
  await advance(clock, 1_000);
  assert.equal(ranAt, [0, 1_000]);
  await task.stop();
});

test("a wake while its work fails is not lost either", async () => {
  let fail = () => {};
  const { clock, ranAt, task } = open(
    () => new Promise((_resolve, reject) => (fail = () => reject(new Error("away")))),
  );
  task.start();
  await advance(clock, 0);
  task.wakeAt(10);
  fail();
  await advance(clock, 0);
  await advance(clock, 10);
  assert.equal(ranAt, [0, 10]);
  fail();
  await task.stop();
});

test("once stopped it runs no more, and wakes have no effect", async () => {
  const { clock, ranAt, task } = open();
  task.start();
  await advance(clock, 0);
  await task.stop();
  await task.stop();
  task.wakeAt(5);
  await advance(clock, 10_000);
  assert.equal(ranAt, [0]);
});

test("stop waits for the work that is under way, and nothing follows it", async () => {
  let finish = () => {};
  const { clock, ranAt, task } = open(() => new Promise((resolve) => (finish = () => resolve(0))));
  task.start();
  await advance(clock, 0);
  let isStopped = false;
  const stopped = task.stop().then(() => (isStopped = true));
  await advance(clock, 0);
  assert.not(isStopped);
  finish();
  await stopped;
  await advance(clock, 10_000);
  assert.equal(ranAt, [0]);
});

test("one that was never started can be stopped", async () => {
  const { clock, ranAt, task } = open();
  await task.stop();
  await advance(clock, 10_000);
  assert.equal(ranAt, []);
});

test.run();
