import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CrowdLog } from "../../../broker/server/crowd-log.ts";
import { TestClock } from "../../kit/clock.ts";
import { recordingLogger } from "../../kit/log.ts";

const test = suite("the log of what strangers cause");

function start() {
  const clock = new TestClock();
  const log = recordingLogger();
  return { clock, log, crowdLog: new CrowdLog(log, clock) };
}

test("the first is logged at once, the others as one line with their count", () => {
  const { clock, log, crowdLog } = start();
  for (let n = 1; n <= 5; n++) crowdLog.note("warn", { event: "full", n });
  assert.equal(log.lines, [{ level: "warn", event: "full", n: 1 }]);
  clock.advance(10_000);
  assert.equal(log.lines.slice(1), [{ level: "warn", event: "full", n: 5, count: 4 }]);
});

test("as long as they go on coming there is a line in ten seconds, and then silence", () => {
  const { clock, log, crowdLog } = start();
  for (let second = 0; second < 35; second++) {
    crowdLog.note("error", { event: "full" });
    clock.advance(1_000);
  }
  assert.is(log.lines.length, 4);
  clock.advance(100_000);
  assert.is(log.lines.length, 5, "the last ones");
  crowdLog.note("error", { event: "full" });
  assert.is(log.lines.length, 6, "after a quiet time, at once again");
});

test("each event is counted by itself", () => {
  const { log, crowdLog } = start();
  crowdLog.note("warn", { event: "a" });
  crowdLog.note("warn", { event: "b" });
  assert.is(log.lines.length, 2);
});

test("after the stop nothing is logged", () => {
  const { clock, log, crowdLog } = start();
  crowdLog.note("warn", { event: "a" });
  crowdLog.note("warn", { event: "a" });
  crowdLog.stop();
  clock.advance(60_000);
  assert.is(log.lines.length, 1);
});

test.run();
