import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Histogram } from "../../../broker/engine/histogram.ts";
import { RunTimes } from "../../../broker/engine/run-times.ts";
import type { Reserved } from "../../../broker/store/store.ts";
import { TestClock } from "../../kit/clock.ts";

const test = suite("engine/run-times");

const clock = new TestClock();

function handedOut(jid: string, { jobtype = "T", enqueuedAt = clock.now(), token }: Given = {}) {
  const text = Buffer.from(JSON.stringify({ jid, jobtype, args: [] }));
  const reserved: Reserved = {
    jid,
    text,
    enqueuedAt,
    failure: undefined,
    queue: "q",
    left: 0,
    call: "c:1",
    token,
  };
  return reserved;
}

interface Given {
  jobtype?: string;
  enqueuedAt?: number;
  token?: number;
}

/** Bucket and count, of one time. */
function bucketsOf(...times: number[]): [number, number][] {
  const histogram = new Histogram();
  for (const ms of times) histogram.add(ms);
  return [...histogram.counts];
}

function takenFrom(runTimes: RunTimes): object[] {
  return runTimes
    .take()
    .map(({ waits, runs, ...rest }) => ({ ...rest, waits: [...waits], runs: [...runs] }));
}

test("a job's wait and run are those from its queue to its worker, and from there to its end", () => {
  const runTimes = new RunTimes(clock);
  const enqueuedAt = clock.now();
  clock.advance(70);
  runTimes.begin(handedOut("a", { enqueuedAt }));
  clock.advance(500);
  runTimes.end("a", undefined, false);
  assert.equal(takenFrom(runTimes), [
    { jobtype: "T", waits: bucketsOf(70), runs: bucketsOf(500), failed: 0 },
  ]);
  assert.equal(takenFrom(runTimes), []);
});

test("each type has its own, and failures are counted besides", () => {
  const runTimes = new RunTimes(clock);
  for (const jid of ["a", "b", "c"])
    runTimes.begin(handedOut(jid, { jobtype: jid === "c" ? "U" : "T" }));
  clock.advance(10);
  runTimes.end("a", undefined, true);
  runTimes.end("b", undefined, false);
  runTimes.end("c", undefined, true);
  assert.equal(takenFrom(runTimes), [
    { jobtype: "T", waits: bucketsOf(0, 0), runs: bucketsOf(10, 10), failed: 1 },
    { jobtype: "U", waits: bucketsOf(0), runs: bucketsOf(10), failed: 1 },
  ]);
});

test("the machine's clock may be set meanwhile, and no time is below nothing", () => {
  const runTimes = new RunTimes(clock);
  runTimes.begin(handedOut("a", { enqueuedAt: clock.now() + 5_000 }));
  clock.advance(500);
  clock.setBack(86_400_000);
  runTimes.end("a", undefined, false);
  assert.equal(takenFrom(runTimes), [
    { jobtype: "T", waits: bucketsOf(0), runs: bucketsOf(500), failed: 0 },
  ]);
});

test("what did not end here, or was handed out anew elsewhere, is not measured", () => {
  const runTimes = new RunTimes(clock);
  runTimes.end("unknown", undefined, false);
  runTimes.begin(handedOut("a"));
  runTimes.drop("a");
  runTimes.end("a", undefined, false);
  runTimes.begin(handedOut("b", { token: 7 }));
  runTimes.end("b", 8, false);
  assert.equal(takenFrom(runTimes), []);
});

test("when there is nothing left of all jobs, nothing of them is measured", () => {
  const runTimes = new RunTimes(clock);
  runTimes.begin(handedOut("a"));
  runTimes.end("a", undefined, false);
  runTimes.begin(handedOut("b"));
  runTimes.clear();
  runTimes.end("b", undefined, false);
  assert.equal(takenFrom(runTimes), []);
});

test("of a job that was handed out twice the second time counts", () => {
  const runTimes = new RunTimes(clock);
  runTimes.begin(handedOut("a"));
  clock.advance(5_000);
  runTimes.begin(handedOut("a"));
  clock.advance(20);
  runTimes.end("a", undefined, false);
  assert.equal(takenFrom(runTimes), [
    { jobtype: "T", waits: bucketsOf(0), runs: bucketsOf(20), failed: 0 },
  ]);
});

test("of jobs that never end here the oldest are forgotten", () => {
  const runTimes = new RunTimes(clock);
  for (let index = 0; index <= 100_000; index++) runTimes.begin(handedOut(`j${index}`));
  for (const jid of ["j0", "j1", "j100000"]) runTimes.end(jid, undefined, false);
  assert.equal(takenFrom(runTimes), [
    { jobtype: "T", waits: bucketsOf(0, 0), runs: bucketsOf(0, 0), failed: 0 },
  ]);
});

test("no more than a thousand types are measured at once, and none with an endless name", () => {
  const runTimes = new RunTimes(clock);
  for (let index = 0; index < 1_001; index++) {
    runTimes.begin(handedOut("a", { jobtype: `T${index}` }));
    runTimes.end("a", undefined, false);
  }
  assert.is(runTimes.take().length, 1_000);
  for (const length of [255, 256]) {
    runTimes.begin(handedOut("a", { jobtype: "x".repeat(length) }));
    runTimes.end("a", undefined, false);
  }
  assert.equal(
    runTimes.take().map(({ jobtype }) => jobtype.length),
    [255],
  );
});

test.run();
