import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readJob } from "../../worker-sdk/job.ts";
import { Discard, DoNotRetry, RetryAt, Snooze } from "../../worker-sdk/job-errors.ts";
import { type JobRecord, readJobRecord } from "../../worker-sdk/job-record.ts";
import { type Outcome, outcomeOf } from "../../worker-sdk/outcome.ts";
import { RunningJob } from "../../worker-sdk/running-job.ts";
import { Service } from "../../worker-sdk/service.ts";

const test = suite("worker-sdk/service");

const service = new Service("poller", () => {}, { restartDelayMs: 100, maxRestartDelayMs: 300 });

const running = () =>
  new RunningJob(
    readJob({ jid: "service.poller", jobtype: "service.poller", args: [], lease: 7 }),
    {
      timeoutMs: undefined,
      graceMs: 5,
    },
  );

/** By a clock that is years ahead of this machine's. */
const STARTED_AT = Date.UTC(2050, 0, 1);

/** What the server knows of it: that it has failed so often. */
function knownFailures(count: number): { find: () => Promise<JobRecord> } {
  const run = { outcome: "failed", ended_at: "2049-12-31T23:59:59Z" };
  const record = {
    started_at: new Date(STARTED_AT),
    attempts: Array.from({ length: count }, () => run),
    job: { jid: "service.poller", jobtype: "service.poller", args: [] },
  };
  return { find: async () => readJobRecord(JSON.stringify(record)) };
}

const nothingKnown = { find: () => Promise.reject(new Error("the server is away")) };

/** When a run is tried again, counted from its beginning; with so many failures before it. */
async function delayAfter(failures: number, outcome: Outcome): Promise<number> {
  const next = await service.conclude(running(), outcome, knownFailures(failures));
  if (next.kind !== "failed" || !next.mayRetry) throw new Error(`it is ${next.kind}`);
  return (next.retryAt ?? 0) - STARTED_AT;
}

/** It has just begun, and a moment has passed since. */
function assertAbout(actual: number, expected: number): void {
  assert.ok(actual >= expected && actual < expected + 5_000, `${actual} is not about ${expected}`);
}

const concluded = (outcome: Outcome) => service.conclude(running(), outcome, nothingKnown);

test("its job is never over, and there is one", () => {
  assert.equal(service.job, {
    jid: "service.poller",
    type: "service.poller",
    queue: "service.poller",
    args: [],
    retry: Number.MAX_SAFE_INTEGER,
  });
});

test("A1.5 a run that has ended is followed by the next one after the delay, and none has failed", async () => {
  for (const outcome of [{ kind: "done" } as const, outcomeOf(new Discard("nothing to do"))]) {
    const next = await concluded(outcome);
    assert.is(next.kind, "snoozed");
    assert.is((next as { snooze: Snooze }).snooze.seconds, 0.1);
  }
});

test("A1.5 one that has failed waits the longer the more have failed before it, by the server's clock", async () => {
  const failure = outcomeOf(new Error("no connection"));
  assertAbout(await delayAfter(0, failure), 100);
  assertAbout(await delayAfter(1, failure), 200);
  assertAbout(await delayAfter(9, failure), 300);
});

test("nothing that it throws ends it", async () => {
  assertAbout(await delayAfter(0, outcomeOf(new DoNotRetry("never"))), 100);
});

test("it may say itself when it is to run again", async () => {
  const retryAt = outcomeOf(new RetryAt(5_000));
  assert.equal(await concluded(retryAt), retryAt);
  const snooze = outcomeOf(new Snooze(5));
  assert.equal(await concluded(snooze), snooze);
});

test("while nobody can be asked for the runs before, none is known of", async () => {
  const before = Date.now();
  const next = await concluded(outcomeOf(new Error("no connection")));
  assertAbout((next as { retryAt: number }).retryAt - before, 100);
});

test("when its worker stops it goes to another at once, however it ended", async () => {
  for (const outcome of [{ kind: "done" } as const, outcomeOf(new Error("aborted"))]) {
    const stopped = running();
    stopped.interrupt();
    assert.equal(await service.conclude(stopped, outcome, nothingKnown), { kind: "handedBack" });
    stopped.end({ kind: "done" });
  }
});

test.run();
