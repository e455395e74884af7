import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readArrivedJob, readArrivedJobs } from "../../worker-sdk/arrived-job.ts";
import { readJob } from "../../worker-sdk/job.ts";

const test = suite("worker-sdk/job");

const bare = { jid: "a1b2c3d4", jobtype: "T", args: [] };

test("a job has all that the server tells", () => {
  const job = readJob({
    ...bare,
    args: [1, "two"],
    queue: "slow",
    priority: 9,
    retry: 3,
    reserve_for: 90,
    at: "2026-01-01T00:00:01Z",
    created_at: "2026-01-01T00:00:00Z",
    enqueued_at: "2026-01-01T00:00:01.500Z",
    custom: { tenant: "x" },
    failure: {
      retry_count: 1,
      errtype: "E",
      message: "m",
      backtrace: ["at x"],
      failed_at: "2026-01-01T00:00:00Z",
      remaining: 2,
    },
    lease: 7,
  });
  assert.equal(job, {
    jid: "a1b2c3d4",
    type: "T",
    args: [1, "two"],
    queue: "slow",
    priority: 9,
    attempt: 3,
    retry: 3,
    reserveForSeconds: 90,
    at: new Date("2026-01-01T00:00:01Z"),
    createdAt: new Date("2026-01-01T00:00:00Z"),
    enqueuedAt: new Date("2026-01-01T00:00:01.500Z"),
    custom: { tenant: "x" },
    failure: {
      retryCount: 1,
      errtype: "E",
      message: "m",
      backtrace: ["at x"],
      failedAt: new Date("2026-01-01T00:00:00Z"),
    },
    lease: 7,
  });
});

test("what is left out has FWP's defaults", () => {
  assert.equal(readJob({ ...bare, created_at: "yesterday", reserve_for: 0 }), {
    jid: "a1b2c3d4",
    type: "T",
    args: [],
    queue: "default",
    priority: 5,
    attempt: 1,
    retry: 25,
    reserveForSeconds: 1_800,
    at: undefined,
    createdAt: undefined,
    enqueuedAt: undefined,
    custom: {},
    failure: undefined,
    lease: undefined,
  });
  assert.is(readJob({ ...bare, reserve_for: 5 }).reserveForSeconds, 60);
});

test("what is no job is refused", () => {
  for (const value of [undefined, null, 5, {}, { ...bare, jid: 1 }, { ...bare, args: {} }]) {
    assert.throws(() => readJob(value), /something that is no job/);
  }
});

test("a text is kept only where it may have integers that a number can't hold", () => {
  const body = (text: string) => Buffer.from(text);
  assert.equal(readArrivedJob(body('{"args":[1]}')), { parsed: { args: [1] }, text: undefined });
  const large = '{"args":[12345678901234567890]}';
  assert.is(readArrivedJob(body(large)).text, large);
  const [first, second] = readArrivedJobs(body(`[ {"args":["é"]} , ${large} ]`));
  assert.equal(first, { parsed: { args: ["é"] }, text: undefined });
  assert.is(second?.text, large);
  assert.throws(() => readArrivedJobs(body("{}")), /answered with something else/);
});

test.run();
