import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JobAttempt } from "../../worker-sdk/job-attempt.ts";
import { restartDelayMs } from "../../worker-sdk/restart-delay.ts";

const test = suite("worker-sdk/restart-delay");

const policy = { restartDelayMs: 100, maxRestartDelayMs: 5_000, healthyAfterMs: 60_000 };

/** `failed 5` is a run that failed after five milliseconds. */
function runs(...told: string[]): JobAttempt[] {
  return told.map((one) => {
    const [outcome = "", ranMs] = one.split(" ");
    return {
      attempt: 1,
      startedAt: new Date(0),
      endedAt: new Date(Number(ranMs)),
      worker: "w",
      outcome,
      errtype: undefined,
      message: undefined,
    };
  });
}

const delay = (ranMs: number, ...earlier: string[]) =>
  restartDelayMs(policy, ranMs, runs(...earlier));

test("it doubles with each failure, up to a limit", () => {
  const failures: string[] = [];
  const delays = Array.from({ length: 8 }, () => {
    const next = delay(5, ...failures);
    failures.push("failed 5");
    return next;
  });
  assert.equal(delays, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test("a worker that was lost counts as a failure, and one that was stopped as nothing", () => {
  assert.is(delay(5, "failed 5", "lost 5", "interrupted 5", "stalled 5", "expired 5"), 1_600);
});

test("a run that did not fail begins it anew", () => {
  assert.is(delay(5, "failed 5", "failed 5", "snoozed 5"), 100);
  assert.is(delay(5, "failed 5", "failed 5", "snoozed 5", "failed 5"), 200);
});

test("so does one that was well for a while, however it ended", () => {
  assert.is(delay(60_000, "failed 5", "failed 5", "failed 5"), 100);
  assert.is(delay(5, "failed 5", "failed 5", "failed 60000"), 200);
  assert.is(delay(5, "failed 5", "failed 5", "interrupted 60000"), 100);
});

test("of a run whose beginning is not known it is known that it failed", () => {
  const [attempt] = runs("failed 5");
  assert.ok(attempt);
  const unknown = { ...attempt, startedAt: undefined };
  assert.is(restartDelayMs(policy, 5, [unknown, unknown]), 400);
});

test.run();
