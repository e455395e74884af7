import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readJob } from "../../worker-sdk/job.ts";
import {
  type JobCancelled,
  JobTimedOut,
  ReservationEnded,
  WorkerStopping,
} from "../../worker-sdk/job-errors.ts";
import { outcomeOf } from "../../worker-sdk/outcome.ts";
import { RunningJob } from "../../worker-sdk/running-job.ts";

const test = suite("worker-sdk/running-job");

const raw = { jid: "a1b2c3d4", jobtype: "T", args: [] };
const job = readJob(raw);
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

test("its handler's time begins with the handler", async () => {
  const running = new RunningJob(job, { timeoutMs: 5, graceMs: 5 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.not(running.signal.aborted);
  running.begin();
  assert.is((await running.outcome).kind, "failed");
  assert.instance(running.signal.reason, JobTimedOut);
});

test("and is no longer than its reservation", async () => {
  const running = new RunningJob(shortReservation, { timeoutMs: 20, graceMs: 5 });
  running.begin();
  assert.equal(await running.outcome, { kind: "expired" });
});

test("one that was not begun goes back, unless its reservation has ended", async () => {
  const waiting = new RunningJob(job, limits);
  waiting.handBack();
  assert.equal(await waiting.outcome, { kind: "handedBack" });
  const late = new RunningJob(shortReservation, { ...limits, graceMs: 60_000 });
  await new Promise((resolve) => late.signal.addEventListener("abort", resolve));
  late.handBack();
  assert.equal(await late.outcome, { kind: "expired" });
});

test("times that are longer than a timer can be are not short", async () => {
  const running = new RunningJob(job, { timeoutMs: Number.POSITIVE_INFINITY, graceMs: 2 ** 31 });
  running.begin();
  running.interrupt();
  await new Promise((resolve) => setTimeout(resolve, 20));
  running.end({ kind: "done" });
  assert.equal(await running.outcome, { kind: "done" });
});

test("any number may listen to its signal", async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  const running = new RunningJob(job, limits);
  for (let count = 0; count < 30; count++) running.signal.addEventListener("abort", () => {});
  running.handBack();
  await new Promise(setImmediate);
  process.off("warning", listen);
  assert.equal(warnings, []);
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

test("one that is cancelled is over, however it ends", async () => {
  const done = new RunningJob(job, limits);
  done.cancel({ by: "ann" });
  const { reason } = done.signal as { reason: JobCancelled };
  assert.is(reason.message, "cancelled by ann");
  done.end({ kind: "done" });
  assert.equal(await done.outcome, { kind: "cancelled", reason, ended: { kind: "done" } });
});

test("one that is cancelled has all its time to end, unless its worker stops or has lost it", async () => {
  const handler = new RunningJob(job, limits);
  handler.cancel({});
  await new Promise((resolve) => setTimeout(resolve, 10 * limits.graceMs));
  handler.end(failure);
  assert.equal(((await handler.outcome) as { ended: unknown }).ended, failure);
  const interrupted = new RunningJob(job, limits);
  interrupted.cancel({});
  interrupted.interrupt();
  const { reason } = interrupted.signal as { reason: JobCancelled };
  assert.equal(await interrupted.outcome, {
    kind: "cancelled",
    reason,
    ended: { kind: "handedBack" },
  });
  const lost = new RunningJob(job, limits);
  const { signal } = lost;
  lost.cancel({});
  lost.lose();
  assert.equal(await lost.outcome, { kind: "expired" });
  assert.is((signal.reason as Error).name, "JobCancelled");
});

test("what fired its signal first counts", async () => {
  const running = new RunningJob(job, limits);
  running.interrupt();
  running.cancel({});
  running.lose();
  assert.instance(running.signal.reason, WorkerStopping);
  assert.equal(await running.outcome, { kind: "handedBack" });
});

test("a signal that is asked for after it has fired has fired", () => {
  const running = new RunningJob(job, limits);
  running.interrupt();
  assert.ok(running.signal.aborted);
  running.handBack();
});

test("a lease has no end of its own, and ends when it is lost", async () => {
  const running = new RunningJob({ ...shortReservation, lease: 7 }, limits);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(running.signal.aborted, false);
  running.lose();
  assert.instance(running.signal.reason, ReservationEnded);
  running.end({ kind: "done" });
  assert.equal(await running.outcome, { kind: "expired" });
});

test("one that has ended can't be lost or called off any more, and leaves no timer", async () => {
  const running = new RunningJob(readJob({ ...raw, lease: 7 }), { ...limits, graceMs: 60_000 });
  running.end({ kind: "done" });
  await running.outcome;
  const timers = countTimers();
  running.lose();
  running.cancel({});
  running.interrupt();
  assert.is(countTimers(), timers);
  assert.not(running.signal.aborted);
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

test.run();
