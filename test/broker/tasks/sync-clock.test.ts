import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SystemClock } from "../../../broker/clock.ts";
import { syncClockTask } from "../../../broker/tasks/sync-clock.ts";
import { TestClock } from "../../kit/clock.ts";
import { recordingLogger } from "../../kit/log.ts";
import { withStore } from "../../kit/store.ts";

const test = suite("tasks/sync-clock");

test("it follows at once, every half minute, and after a failure", async () => {
  const clock = new TestClock(0);
  const log = recordingLogger();
  const followedAt: number[] = [];
  const follow = async () => {
    followedAt.push(clock.now());
    if (followedAt.length === 2) throw new Error("away");
  };
  const task = syncClockTask(follow, clock, log);
  task.start();
  for (const ms of [0, 29_999, 1, 30_000]) {
    clock.advance(ms);
    await new Promise(setImmediate);
  }
  await task.stop();
  assert.equal(followedAt, [0, 30_000, 60_000]);
  assert.is(log.of("task.failed").length, 1);
});

test("a clock that follows another shows its time, in whole milliseconds", async () => {
  const clock = new SystemClock();
  const offset = 3_600_000.4;
  await clock.follow(async () => Date.now() + offset);
  const ahead = clock.now() - Date.now();
  assert.ok(Math.abs(ahead - offset) < 100, `${ahead} ms ahead`);
  assert.ok(Number.isInteger(clock.now()));
  await clock.follow(async () => Date.now());
  assert.ok(Math.abs(clock.now() - Date.now()) < 100, "it follows anew, and does not add up");
});

/** An answer that takes its time, as on a slow network. */
function slowAnswer(tookMs: number, time: (askedAt: number) => number): number {
  const askedAt = Date.now();
  const startedAt = performance.now();
  while (performance.now() < startedAt + tookMs);
  return time(askedAt);
}

test("the way there and back counts half", async () => {
  const clock = new SystemClock();
  await clock.follow(async () => slowAnswer(60, (askedAt) => askedAt + 30)); // right in the middle
  assert.ok(Math.abs(clock.now() - Date.now()) < 20, `${clock.now() - Date.now()} ms off`);
});

test("of several answers the quickest counts", async () => {
  const clock = new SystemClock();
  const hour = 3_600_000;
  let answers = 0;
  await clock.follow(async () => {
    return ++answers === 3 ? Date.now() + hour : slowAnswer(30, () => 0);
  });
  assert.ok(answers > 3);
  assert.ok(Math.abs(clock.now() - Date.now() - hour) < 20);
});

test(
  "a broker can follow its Redis",
  withStore(async ({ store }) => {
    const clock = new SystemClock();
    await clock.follow(() => store.time());
    assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
  }),
);

test("a timer can be called off", async () => {
  const clock = new SystemClock();
  const ran: string[] = [];
  const cancel = clock.after(1, () => ran.push("called off"));
  cancel();
  await new Promise<void>((resolve) => clock.after(5, resolve));
  assert.equal(ran, []);
});

test.run();
