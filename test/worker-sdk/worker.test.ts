import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Job } from "../../worker-sdk/job.ts";
import { currentJob } from "../../worker-sdk/job-context.ts";
import { Discard, DoNotRetry, JobTimedOut, RetryAt, Snooze } from "../../worker-sdk/job-errors.ts";
import type { LogFields } from "../../worker-sdk/logger.ts";
import type { StandardSchema } from "../../worker-sdk/standard-schema.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { failureOf } from "../kit/failure-of.ts";
import { scriptMillrace, toldOf } from "../kit/scripted-millrace.ts";
import { bulkReply, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/worker");

test.after(stopSharedBroker);

type Jobs = { resize: [id: string, width: number]; tell: [] };

test(
  "a handler gets the arguments and the context, and its job is done when it returns",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const seen: unknown[] = [];
    const working = worker<Jobs>().handle("resize", async ([id, width], context) => {
      seen.push(id, width, context.attempt, context.job.queue, context.job.custom);
      assert.is(currentJob()?.job, context.job);
      await context.client.push("tell", [], { queue: "elsewhere" });
    });
    await working.start();
    await client.push("resize", ["a.png", 300], { queue, custom: { tenant: "x" } });
    await until(async () => (await client.info()).faktory.total_processed === 1, {
      what: "it is acknowledged",
    });
    assert.equal(seen, ["a.png", 300, 1, queue, { tenant: "x" }]);
    assert.is((await sets()).working, 0);
    assert.is((await client.info()).faktory.queues["elsewhere"], 1);
    assert.is(currentJob(), undefined);
  }),
);

test(
  "what a handler throws decides what becomes of its job",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const heard: string[] = [];
    const later = Date.UTC(2030, 0, 1);
    const working = worker()
      .handle("fails", () => {
        throw new TypeError("no such image");
      })
      .handle("is hopeless", () => {
        throw new DoNotRetry("never");
      })
      .handle("waits", () => {
        throw new RetryAt(later, "limit reached");
      })
      .handle("has nothing to do", () => Promise.reject(new Discard("gone")));
    working.events.on("failed", ({ type }, error) => heard.push(`${type}: ${String(error)}`));
    working.events.on("discarded", ({ type }, error) => heard.push(`${type}: ${String(error)}`));
    await working.start();
    for (const type of ["fails", "is hopeless", "waits", "has nothing to do", "is unknown"]) {
      await client.push(type, [], { queue });
    }
    await until(async () => (await client.info()).faktory.total_processed === 5, {
      what: "all have been dealt with",
    });
    await until(async () => (await sets()).dead === 1, { what: "one is dead" });
    assert.is((await sets()).retries, 3);
    assert.equal(heard.toSorted(), [
      "fails: TypeError: no such image",
      "has nothing to do: Discard: gone",
      "is hopeless: DoNotRetry: never",
      "is unknown: UnknownJobType: no handler for is unknown: this worker has handlers for fails, is hopeless, waits, has nothing to do",
      "waits: RetryAt: limit reached",
    ]);
    await client.jobs.discard("retries", { pattern: '*"next_at":"2030-01-01T00:00:00.000Z"*' });
    assert.is((await sets()).retries, 2);
  }),
);

test(
  "a job that is put off runs again, and nothing has failed",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const attempts: number[] = [];
    const heard: unknown[] = [];
    const working = worker().handle("polls", (_args, { attempt }) => {
      if (attempts.push(attempt) < 3) throw new Snooze(0.01);
    });
    working.events.on("snoozed", ({ jid }, seconds) => heard.push(jid, seconds));
    working.events.on("failed", () => heard.push("failed"));
    await working.start();
    const jid = await client.push("polls", [], { queue, retry: 0 });
    await until(async () => (await client.info()).faktory.total_processed === 1, {
      what: "it is done",
    });
    assert.equal(attempts, [1, 1, 1]);
    assert.equal(heard, [jid, 0.01, jid, 0.01]);
    assert.is((await client.info()).faktory.total_failures, 0);
    assert.is((await sets()).scheduled, 0);
  }),
);

test(
  "a job fails whatever its handler throws, and holds up no other",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const thrown: unknown[] = [
      Object.create(null),
      Object.assign(new Error("odd"), { message: 5n }),
      new Error("m".repeat(40 << 20)),
    ];
    let disconnections = 0;
    const working = worker().handle("throws", ([index]) => {
      if (index === 3) throw new RetryAt(Number.NaN);
      throw thrown[Number(index)];
    });
    working.events.on("disconnected", () => disconnections++);
    await working.start();
    for (let index = 0; index < 4; index++) await client.push("throws", [index], { queue });
    await until(async () => (await sets()).retries === 4, { what: "all have failed" });
    assert.equal(await working.stop(), { jobs: [] });
    assert.is(disconnections, 0);
  }),
);

test(
  "what can't be looked at is kept from loggers and listeners",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const seen: string[] = [];
    const look = ({ err }: LogFields) => {
      if (err instanceof Error) seen.push(err.message);
    };
    const log = { debug: look, info: look, warn: look, error: look };
    const working = worker({ log }).handle("throws", () => {
      const refuse = () => {
        throw new Error("no");
      };
      throw Object.defineProperty(new Error("odd"), "message", { get: refuse });
    });
    await working.start();
    await client.push("throws", [], { queue });
    await until(async () => (await sets()).retries === 1, { what: "it has failed" });
    assert.equal(seen, ["what was thrown can't be looked at"]);
  }),
);

test(
  "a job that is tried again tells of its failure, and the number of the attempt",
  withWorkers(async ({ client, worker, queue }) => {
    const attempts: unknown[] = [];
    const working = worker().handle("flaky", (_args, { attempt, job }) => {
      attempts.push(attempt, job.failure?.message);
      if (attempt < 3) throw new RetryAt(0, `failure ${attempt}`);
    });
    await working.start();
    await client.push("flaky", [], { queue });
    await until(() => attempts.length === 6, { what: "the third attempt" });
    assert.equal(attempts, [1, undefined, 2, "failure 1", 3, "failure 2"]);
  }),
);

test(
  "no more jobs than its concurrency run at once, and no more of a type than that one's",
  withWorkers(async ({ client, worker, queue }) => {
    let running = 0;
    let most = 0;
    let narrow = 0;
    let mostNarrow = 0;
    let count = 0;
    const tick = () => new Promise(setImmediate);
    const working = worker({ concurrency: 5 })
      .handle("wide", async () => {
        most = Math.max(most, ++running);
        await tick();
        running--;
        count++;
      })
      .handle(
        "narrow",
        async () => {
          mostNarrow = Math.max(mostNarrow, ++narrow);
          most = Math.max(most, ++running);
          await tick();
          running--;
          narrow--;
          count++;
        },
        { concurrency: 2 },
      );
    await client.pushBulk(
      Array.from({ length: 200 }, (_, index) => ({
        type: index % 2 === 0 ? "wide" : "narrow",
        args: [],
        queue,
      })),
    );
    await working.start();
    await until(() => count === 200, { what: "all are done" });
    assert.ok(most > 2 && most <= 5, `${most} at once`);
    assert.is(mostNarrow, 2);
  }),
);

test(
  "the time that a job of a narrow type waits for the others is not its handler's",
  withWorkers(async ({ client, worker, queue }) => {
    const ended: string[] = [];
    const working = worker().handle(
      "narrow",
      () => new Promise((resolve) => setTimeout(resolve, 60)),
      { concurrency: 1, timeoutMs: 150 },
    );
    working.events.on("done", () => ended.push("done"));
    working.events.on("failed", () => ended.push("failed"));
    await client.pushBulk(Array.from({ length: 5 }, () => ({ type: "narrow", args: [], queue })));
    await working.start();
    await until(() => ended.length === 5, { what: "all have ended" });
    assert.equal(
      ended,
      Array.from({ length: 5 }, () => "done"),
    );
  }),
);

test(
  "a job whose reservation ends while it waits for others of its type is not begun",
  withScriptedServer(async (server) => {
    // No reservation is shorter than a minute, so that the clock has to be.
    const { setTimeout } = globalThis;
    const hurry = (run: () => void, ms?: number) => setTimeout(run, ms === 61_000 ? 20 : ms);
    globalThis.setTimeout = hurry as typeof setTimeout;
    const jobs = [
      '{"jid":"long","jobtype":"narrow","args":[]}',
      '{"jid":"short","jobtype":"narrow","args":[],"reserve_for":61}',
    ];
    let isGiven = false;
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      if (isGiven) return "$-1";
      isGiven = true;
      return bulkReply(`[${jobs.join()}]`);
    };
    const began: string[] = [];
    const expired: string[] = [];
    const open: (() => void)[] = [];
    const working = new Worker({ url: server.url }).handle(
      "narrow",
      (_args, { job }) => {
        began.push(job.jid);
        return new Promise<void>((resolve) => open.push(resolve));
      },
      { concurrency: 1 },
    );
    working.events.on("expired", ({ jid }) => expired.push(jid));
    await working.start();
    await until(() => expired.length === 1, { what: "the second has expired" });
    globalThis.setTimeout = setTimeout;
    open[0]?.();
    await until(() => server.lines.some((line) => line.startsWith("ACK ")), {
      what: "one is done",
    });
    await working.stop({ timeoutMs: 20 });
    assert.equal(began, ["long"]);
    assert.equal(expired, ["short"]);
  }),
);

test(
  "a job that takes longer than its type may is told by its signal, and has failed",
  withWorkers(async ({ client, worker, queue }) => {
    const reasons: unknown[] = [];
    const failed: string[] = [];
    let leave = () => {};
    const working = worker()
      .handle(
        "obeys",
        (_args, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              reasons.push(signal.reason);
              reject(new Error("I was told to"));
            });
          }),
        { timeoutMs: 20 },
      )
      .handle(
        "does not listen",
        () =>
          new Promise<void>((resolve) => {
            leave = resolve;
          }),
        { timeoutMs: 20 },
      );
    working.events.on("failed", ({ type }, error) => failed.push(`${type}: ${String(error)}`));
    await working.start();
    await client.push("obeys", [], { queue });
    await client.push("does not listen", [], { queue });
    await until(() => failed.length === 2, { what: "both have failed" });
    leave();
    assert.equal(failed, [
      "obeys: JobTimedOut: it took longer than 20 ms",
      "does not listen: JobTimedOut: it took longer than 20 ms",
    ]);
    assert.instance(reasons[0], JobTimedOut);
  }),
);

test(
  "integers beyond 2^53 are refused, or exact where the handler says so",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const failed: unknown[] = [];
    const take = ([value]: readonly unknown[]) => seen.push(value);
    const working = worker()
      .handle("plain", take)
      .handle("exact", take, { integers: "exact" })
      .handle("rounded", take, { integers: "rounded" });
    working.events.on("failed", (_job, error) => failed.push(error));
    await working.start();
    const id = 2n ** 60n + 1n;
    for (const type of ["plain", "exact", "rounded"]) await client.push(type, [id], { queue });
    await until(() => seen.length + failed.length === 3, { what: "all have come" });
    assert.equal(seen, [id, Number(id)]);
    assert.match(String(failed[0]), /^UnsafeInteger: 1152921504606846977 is beyond 2\^53/);
  }),
);

const doubling: StandardSchema<unknown, [number]> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (args) => {
      const [value] = args as unknown[];
      if (typeof value === "number") return { value: [value * 2] };
      return { issues: [{ message: "expected a number" }] };
    },
  },
};

test(
  "a schema checks arguments before the handler, which gets its output",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: number[] = [];
    const failed: string[] = [];
    const working = worker<{ double: [number] }>({ schemas: { double: doubling } });
    working.handle("double", ([value]) => seen.push(value));
    working.events.on("failed", (_job, error) => failed.push(String(error)));
    await working.start();
    await client.push("double", [21], { queue });
    await client.push("double", ["21"], { queue });
    await until(() => failed.length === 1 && seen.length === 1, { what: "both have come" });
    assert.equal(seen, [42]);
    assert.equal(failed, ["InvalidArguments: arguments of double: expected a number"]);
  }),
);

test(
  "middleware runs around each handler, the first outermost",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    const working = worker({ concurrency: 1 })
      .use(async ({ job }, next) => {
        seen.push(`before ${job.type}`);
        await next().finally(() => seen.push(`after ${job.type}`));
      })
      .use(async ({ job }, next) => {
        if (job.args[0] === "stop") throw new Discard("by middleware");
        await next();
      })
      .handle("step", ([name]) => seen.push(String(name)));
    await working.start();
    await client.push("step", ["go"], { queue });
    await client.push("step", ["stop"], { queue });
    await until(() => seen.length === 5, { what: "both have come" });
    assert.equal(seen, ["before step", "go", "after step", "before step", "after step"]);
  }),
);

test(
  "it logs what happens, and a handler's lines carry its job",
  withWorkers(async ({ client, worker, queue }) => {
    const lines: LogFields[] = [];
    const add = (fields: LogFields) => lines.push(fields);
    const log = { debug: add, info: add, warn: add, error: add };
    const working = worker({ log, wid: "logging-1" }).handle("talks", (_args, context) => {
      context.log.info({ event: "resized", width: 300 });
    });
    await working.start();
    const jid = await client.push("talks", ["secret"], { queue });
    await until(() => lines.some(({ event }) => event === "job.done"), { what: "it is done" });
    assert.equal(
      lines.map(({ event }) => event),
      ["worker.started", "resized", "job.done"],
    );
    const common = { wid: "logging-1", jid, jobtype: "talks" };
    assert.equal(lines[1], { ...common, event: "resized", width: 300 });
    assert.not.match(JSON.stringify(lines), /secret/);
  }),
);

test(
  "events tell of each job",
  withWorkers(async ({ client, worker, queue }) => {
    const heard: unknown[] = [];
    const working = worker().handle("works", () => {});
    working.events.on("connected", () => heard.push("connected"));
    working.events.on("started", ({ type }: Job) => heard.push(`started ${type}`));
    working.events.on("done", ({ type }, tookMs) => heard.push(`done ${type}`, tookMs < 5_000));
    await working.start();
    await client.push("works", [], { queue });
    await until(() => heard.length === 4, { what: "it is done" });
    assert.equal(heard, ["connected", "started works", "done works", true]);
  }),
);

test(
  "queues come in strict order",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const working = worker({ concurrency: 1, queues: [`${queue}-first`, queue] });
    working.handle("count", ([value]) => seen.push(value));
    for (const value of [3, 4]) await client.push("count", [value], { queue });
    for (const value of [1, 2]) await client.push("count", [value], { queue: `${queue}-first` });
    await working.start();
    await until(() => seen.length === 4, { what: "all are done" });
    assert.equal(seen, [1, 2, 3, 4]);
  }),
);

test("a worker that can't be is refused when it is made", () => {
  assert.throws(() => new Worker({ concurrency: 0 }), /concurrency is a whole number from 1/);
  assert.throws(() => new Worker({ queues: [] }), /a worker needs a queue/);
  assert.throws(() => new Worker({ queues: { a: 0 } }), /the weight of a is not above 0/);
  const twice = () => new Worker().handle("a", () => {}).handle("a", () => {});
  assert.throws(twice, /a has a handler already/);
});

test("one that can't reach its server at the start says so", async () => {
  const worker = new Worker({ url: "tcp://127.0.0.1:1", callTimeoutMs: 50 });
  assert.match(String(await failureOf(worker.start())), /^ServerUnavailable: no server at/);
  assert.equal(await worker.stop(), { jobs: [] });
});

test(
  "a listener that throws is the program's fault, and the worker goes on",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const uncaught: unknown[] = [];
    const hear = (error: unknown) => uncaught.push(error);
    process.on("uncaughtException", hear);
    const working = worker().handle("any", () => {});
    const events = ["connected", "started", "done", "quiet", "stopping", "stopped"] as const;
    for (const event of events) {
      working.events.on(event, () => {
        throw new Error(event);
      });
    }
    await working.start();
    await client.push("any", [], { queue });
    await until(async () => (await client.info()).faktory.total_processed === 1, {
      what: "it is done",
    });
    working.quiet();
    assert.equal(await working.stop(), { jobs: [] });
    await until(() => uncaught.length === events.length, { what: "all have been heard" });
    process.off("uncaughtException", hear);
    assert.equal(
      uncaught.map((error) => (error as Error).message),
      events,
    );
    const { retries, working: reserved } = await sets();
    assert.is(retries + reserved, 0);
  }),
);

test(
  "a type may have any name",
  withScriptedServer(async (server) => {
    let isGiven = false;
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      if (isGiven) return "$-1";
      isGiven = true;
      return bulkReply('[{"jid":"a1b2c3d4","jobtype":"toString","args":[]}]');
    };
    let count = 0;
    const working = new Worker({ url: server.url }).handle("toString", () => count++);
    await working.start();
    await until(() => server.lines.some((line) => /^(ACK|FAIL) /.test(line)), { what: "its end" });
    await working.stop();
    assert.is(count, 1);
  }),
);

test(
  "one that is quiet before it starts says so, and fetches nothing",
  withScriptedServer(async (server) => {
    const working = new Worker({ url: server.url });
    working.quiet();
    await working.start();
    const isTold = () =>
      server.lines.some((line) => line.startsWith("BEAT ") && line.includes('"quiet"'));
    await until(isTold, { what: "the server knows" });
    await working.stop();
    assert.is(
      server.lines.find((line) => line.startsWith("FETCH")),
      undefined,
    );
  }),
);

test(
  "what a handler pushes names the lease of its job",
  withScriptedServer(async (server) => {
    const parent = { jid: "the-parent", jobtype: "pushes", lease: 7 };
    scriptMillrace(server, [parent, { jid: "no-lease", jobtype: "pushes" }]);
    const worker = new Worker({ url: server.url });
    worker.handle("pushes", async (_args, { client, job }) => {
      await client.push("child", [], { jid: `of-${job.jid}` });
    });
    await worker.start();
    await until(() => toldOf(server, "ACK").length === 2, { what: "both are done" });
    assert.equal(
      toldOf(server, "PUSH").map(({ jid, on_behalf }) => [jid, on_behalf]),
      [
        ["of-the-parent", { jid: "the-parent", lease: 7 }],
        ["of-no-lease", undefined],
      ],
    );
    await worker.stop();
  }),
);

test.run();
