import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readJob } from "../../worker-sdk/job.ts";
import { ReservationEnded } from "../../worker-sdk/job-errors.ts";
import { outcomeOf } from "../../worker-sdk/outcome.ts";
import { RunningJob } from "../../worker-sdk/running-job.ts";

const test = suite("worker-sdk/running-job");

const job = readJob({ jid: "a1b2c3d4", jobtype: "T", args: [] });
const shortReservation = { ...job, reserveForSeconds: 0.01 };
const limits = { timeoutMs: undefined, graceMs: 5 };
const failure = outcomeOf(new Error("oh"));

test("what its handler came to is its outcome", async () => {
  for (const outcome of [{ kind: "done" } as const, failure]) {
    const running = new RunningJob(job, limits);
    running.end(outcome);
    assert.equal(await running.outcome, outcome);
  }
});

test("one whose reservation has ended is told, and the server is not", async () => {
  const silent = new RunningJob(shortReservation, limits);
  assert.equal(await silent.outcome, { kind: "expired" });
  assert.instance(silent.signal.reason, ReservationEnded);
  const late = new RunningJob(shortReservation, { ...limits, graceMs: 60_000 });
  await new Promise((resolve) => late.signal.addEventListener("abort", resolve));
  late.end({ kind: "done" });
  assert.equal(await late.outcome, { kind: "expired" });
});

test("one that is interrupted goes back, unless it is done by then", async () => {
  const failed = new RunningJob(job, limits);
  failed.interrupt();
  failed.end(failure);
  assert.equal(await failed.outcome, { kind: "handedBack" });
  const done = new RunningJob(job, limits);
  done.interrupt();
  done.interrupt();
  done.end({ kind: "done" });
  assert.equal(await done.outcome, { kind: "done" });
  const stuck = new RunningJob(job, limits);
  stuck.interrupt();
  assert.equal(await stuck.outcome, { kind: "handedBack" });
  stuck.end({ kind: "done" });
  assert.equal(await stuck.outcome, { kind: "handedBack" });
});

test("a signal that is asked for after it has fired has fired", () => {
  const running = new RunningJob(job, limits);
  running.interrupt();
  assert.ok(running.signal.aborted);
  running.handBack();
});

test.run();
