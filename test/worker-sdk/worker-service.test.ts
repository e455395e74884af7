import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotSupported } from "../../worker-sdk/errors.ts";
import { Discard, DoNotRetry, Snooze, WorkerStopping } from "../../worker-sdk/job-errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { failureOf } from "../kit/failure-of.ts";
import { recordingLogger } from "../kit/log.ts";
import { bulkReply, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/worker, of its services");

test.after(stopSharedBroker);

/** Resolves when the signal fires. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });

test(
  "one of all workers runs it, and the others are there when that one stops",
  withWorkers(async ({ client, worker }) => {
    const tokens: number[] = [];
    let running = 0;
    let most = 0;
    const workers = Array.from({ length: 3 }, () =>
      worker().service("poller", async ({ signal, lease }) => {
        tokens.push(lease?.token ?? 0);
        most = Math.max(most, ++running);
        await untilAborted(signal);
        running--;
      }),
    );
    await Promise.all(workers.map((one) => one.start()));
    for (let count = 1; count <= 3; count++) {
      await until(() => tokens.length === count, { what: `run ${count}`, withinMs: 1_000 });
      const record = await client.jobs.find("service.poller");
      assert.equal([record?.state, record?.attempt], ["working", 1]);
      const index = workers.findIndex(({ wid }) => wid === record?.worker);
      const [stopping] = workers.splice(index, 1);
      const report = await stopping?.stop();
      assert.equal(report?.jobs, [
        { jid: "service.poller", type: "service.poller", outcome: "handedBack" },
      ]);
    }
    assert.is(most, 1);
    assert.equal(
      tokens,
      tokens.toSorted((a, b) => a - b),
    );
    const record = await client.jobs.find("service.poller");
    assert.equal(
      record?.attempts.map(({ outcome }) => outcome),
      Array(3).fill("interrupted"),
    );
    assert.is((await client.info()).faktory.total_failures, 0);
  }),
);

test(
  "its signal fires as soon as the worker is stopped, and not after the time that jobs have",
  withWorkers(async ({ client, worker, queue }) => {
    const order: string[] = [];
    let isBegun = false;
    const working = worker()
      .service("poller", async ({ signal }) => {
        isBegun = true;
        await untilAborted(signal);
        assert.instance(signal.reason, WorkerStopping);
        order.push("service");
      })
      .handle("job", async () => {
        await until(() => order.length > 0, { what: "the service has ended" });
        order.push("job");
      });
    await working.start();
    const jid = await client.push("job", [], { queue });
    await until(() => isBegun, { what: "the service runs" });
    await until(async () => (await client.jobs.find(jid))?.state === "working", {
      what: "and the job",
    });
    const { jobs } = await working.stop();
    assert.equal(order, ["service", "job"]);
    assert.equal(
      jobs.map(({ type, outcome }) => [type, outcome]),
      [
        ["job", "done"],
        ["service.poller", "handedBack"],
      ],
    );
  }),
);

test(
  "A1.5 it is run again whatever it did",
  withWorkers(async ({ client, worker }) => {
    const ends = [
      new Error("no connection"),
      new DoNotRetry("never again, it thinks"),
      undefined, // it returns
      new TypeError("no such thing"),
      new Discard("nothing to do"),
      new Snooze(0.001),
      new Error("once more"),
    ];
    let count = 0;
    const working = worker().service(
      "poller",
      () => {
        const error = ends[count++];
        if (error !== undefined) throw error;
      },
      { restartDelayMs: 5 },
    );
    await working.start();
    await until(() => count > ends.length + 5, { what: "it goes on and on" });
    const record = await client.jobs.find("service.poller");
    const outcomes = record?.attempts.map(({ outcome }) => outcome) ?? [];
    assert.equal(outcomes.slice(0, ends.length), [
      "failed",
      "failed",
      "snoozed",
      "failed",
      "snoozed",
      "snoozed",
      "failed",
    ]);
    assert.equal(new Set(outcomes.slice(ends.length)), new Set(["snoozed"]));
  }),
);

test(
  "it takes none of the slots of jobs",
  withWorkers(async ({ client, worker, queue }) => {
    const begun: string[] = [];
    const working = worker({ concurrency: 1 })
      .service("one", ({ signal }) => {
        begun.push("one");
        return untilAborted(signal);
      })
      .service("two", ({ signal }) => {
        begun.push("two");
        return untilAborted(signal);
      })
      .handle("job", () => begun.push("job"));
    await working.start();
    await until(() => begun.length === 2, { what: "both run" });
    await client.push("job", [], { queue });
    await until(() => begun.includes("job"), { what: "and a job" });
  }),
);

test(
  "a worker that has nothing but services leaves the jobs to others",
  withWorkers(async ({ client, worker, queue }) => {
    let isBegun = false;
    const working = worker().service("poller", ({ signal }) => {
      isBegun = true;
      return untilAborted(signal);
    });
    const jid = await client.push("job", [], { queue });
    await working.start();
    await until(() => isBegun, { what: "it runs" });
    assert.is((await client.jobs.find(jid))?.state, "enqueued");
  }),
);

test(
  "middleware surrounds it, and what it pushes is pushed on its behalf",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    let pushed = "";
    const working = worker()
      .use(async ({ job }, next) => {
        seen.push(job.type);
        await next();
      })
      .service("poller", async ({ client: own, signal }) => {
        pushed = await own.push("job", [], { queue });
        await untilAborted(signal);
      });
    await working.start();
    await until(() => pushed !== "", { what: "it has pushed" });
    assert.equal(seen, ["service.poller"]);
    assert.is((await client.jobs.find(pushed))?.state, "enqueued");
  }),
);

test(
  "what else is pushed into its queue is not run beside it",
  withWorkers(async ({ client, worker }) => {
    let count = 0;
    const working = worker().service("poller", () => void count++, { restartDelayMs: 60_000 });
    await working.start();
    await until(() => count === 1, { what: "it has run" });
    const jid = await client.push("service.poller", [], { queue: "service.poller" });
    await until(async () => (await client.jobs.find(jid))?.state === "dead", {
      what: "it is dead",
    });
    assert.is(count, 1);
  }),
);

test(
  "one that was cancelled stays off, until its job is deleted",
  withWorkers(async ({ client, worker }) => {
    const log = recordingLogger();
    let count = 0;
    const first = worker({ beatIntervalMs: 50 }).service("poller", ({ signal }) => {
      count++;
      return untilAborted(signal);
    });
    await first.start();
    await until(() => count === 1, { what: "it runs" });
    await client.jobs.cancel("service.poller", { by: "ann" });
    await until(async () => (await client.jobs.find("service.poller"))?.state === "cancelled", {
      what: "it is cancelled",
    });
    await first.stop();
    const second = worker({ log }).service("poller", () => void count++);
    await second.start();
    assert.is(log.of("service.cancelled").length, 1);
    await second.stop();
    assert.is(count, 1);
  }),
);

test(
  "it is there again when everything was deleted",
  withWorkers(async ({ client, worker }) => {
    let count = 0;
    const working = worker({ beatIntervalMs: 50 }).service("poller", ({ signal }) => {
      count++;
      return untilAborted(signal);
    });
    await working.start();
    await until(() => count === 1, { what: "it runs" });
    await client.flush();
    await until(() => count === 2, { what: "it runs again" });
  }),
);

test(
  "a server without leases can't have any",
  withScriptedServer(async (server) => {
    const info = { faktory: {}, server: { faktory_version: "1.10.0" } };
    server.answer = (line) => (line === "INFO" ? bulkReply(JSON.stringify(info)) : "+OK");
    const worker = new Worker({ url: server.url }).service("poller", () => {});
    const error = await failureOf(worker.start());
    assert.instance(error, NotSupported);
    assert.is(error.message, "a service needs a server with leases, and this one is no millrace");
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.equal(server.lines, ["INFO"]);
  }),
);

test("a service that can't be is refused", () => {
  const make = () => new Worker().service("poller", () => {});
  assert.throws(() => make().service("poller", () => {}), /poller is a service already/);
  assert.throws(() => make().service("a b", () => {}), /queue names must match/);
  assert.throws(() => make().service("", () => {}), /a service has a name/);
});

test.run();
