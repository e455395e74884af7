import { AssertionError } from "node:assert";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotSupported } from "../../worker-sdk/errors.ts";
import { Discard, Snooze } from "../../worker-sdk/job-errors.ts";
import { drain, FakeClient, runJob } from "../../worker-sdk/testing.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { failureOf } from "../kit/failure-of.ts";

const test = suite("worker-sdk/testing");

type Jobs = {
  import: [path: string];
  resize: [id: string, width: number];
  count: [value: number | bigint, at: Date | string];
};

function makeWorker(): Worker<Jobs> {
  return new Worker<Jobs>()
    .handle("import", async ([path], context) => {
      if (path === "gone") throw new Discard("nothing is there");
      await context.progress(50, "half");
      await context.client.pushBulk([
        { type: "resize", args: [`${path}/a`, 1] },
        { type: "resize", args: [`${path}/b`, 2], queue: "slow" },
      ]);
    })
    .handle("resize", ([id], { attempt }) => {
      if (id.endsWith("b")) throw new Error(`attempt ${attempt}`);
    })
    .handle("count", ([value, at]) => {
      assert.is(typeof value, "bigint");
      assert.is(at, "1970-01-01T00:00:00.000Z");
    });
}

test("a job is run without a server, and what it did besides can be looked at", async () => {
  const { client, progress } = await runJob(makeWorker(), "import", ["images"]);
  assert.equal(progress, [{ percent: 50, description: "half" }]);
  assert.equal(
    client.pushed.map(({ type, args, queue }) => [type, args, queue]),
    [
      ["resize", ["images/a", 1], "default"],
      ["resize", ["images/b", 2], "slow"],
    ],
  );
});

test("what a handler throws is thrown, and it sees what it is told of the job", async () => {
  const worker = makeWorker();
  assert.instance(await failureOf(runJob(worker, "import", ["gone"])), Discard);
  const error = await failureOf(runJob(worker, "resize", ["b", 1], { attempt: 3 }));
  assert.is(error.message, "attempt 3");
});

test("one that is put off throws that", async () => {
  const worker = new Worker().handle("polls", () => {
    throw new Snooze(60);
  });
  assert.instance(await failureOf(runJob(worker, "polls", [])), Snooze);
});

test("arguments go through JSON, as on their way to a server and back", async () => {
  await runJob(makeWorker(), "count", [2n ** 60n, new Date(0)]);
});

test("middleware is run as well", async () => {
  const seen: unknown[] = [];
  const worker = makeWorker().use(async ({ job }, next) => {
    seen.push(job.custom["tenant"]);
    await next();
  });
  await runJob(worker, "resize", ["a", 1], { custom: { tenant: "x" } });
  assert.equal(seen, ["x"]);
});

test("draining runs what was pushed, and what that pushes", async () => {
  const client = new FakeClient<Jobs>();
  await client.push("import", ["one"], { delayMs: 60_000 });
  await client.push("import", ["two"]);
  const { done, failed } = await drain(makeWorker(), client);
  assert.equal(
    done.map(({ type, args }) => [type, args[0]]),
    [
      ["import", "one"],
      ["import", "two"],
      ["resize", "one/a"],
      ["resize", "two/a"],
    ],
  );
  assert.equal(
    failed.map(({ job, error }) => [job.args[0], String(error)]),
    [
      ["one/b", "Error: attempt 1"],
      ["two/b", "Error: attempt 1"],
    ],
  );
  client.assertNotPushed();
});

test("what was pushed is found by any of its members, or told", async () => {
  const client = new FakeClient<Jobs>();
  const at = new Date("2030-01-01T00:00:00Z");
  const jid = await client.push("resize", ["a", 1], { queue: "slow", at, priority: 9 });
  assert.is(client.assertPushed("resize").jid, jid);
  client.assertPushed("resize", { args: ["a", 1], queue: "slow", at, priority: 9, retry: 25 });
  client.assertNotPushed("import");
  for (const wrong of [{ args: ["b", 1] as [string, number] }, { queue: "fast" }]) {
    assert.throws(
      () => client.assertPushed("resize", wrong),
      (error: Error) =>
        error instanceof AssertionError && error.message === "no such resize was pushed",
    );
  }
  assert.throws(() => client.assertNotPushed(), /^1 jobs were pushed/);
  client.clear();
  assert.equal(client.pushed, []);
});

test("batches and chains take jobs, which are looked at as any other", async () => {
  const client = new FakeClient<Jobs>();
  const batch = await client.batch({ key: "k" }, async (own) => {
    await own.push("resize", ["a", 1]);
    await own.batch({ hold: true }, (nested) => nested.push("resize", ["b", 2]));
  });
  await client.chain("all", [{ type: "import", args: ["c"] }, []]);
  assert.equal(
    client.pushed.map(({ type, args, custom }) => [type, args[0], custom["bid"]]),
    [
      ["resize", "a", batch.bid],
      ["resize", "b", "b-fake-2"],
      ["import", "c", "b-fake-4"],
    ],
  );
  assert.instance(await failureOf(batch.retry()), NotSupported);
});

test("a job finds its batch, whose callback it is, and what came of the stage before", async () => {
  const seen: unknown[] = [];
  const worker = new Worker<Jobs>().handle("import", async (_args, context) => {
    const { batch, callback, previousResults } = context;
    await batch?.push("resize", ["a", 1]);
    seen.push(callback);
    for await (const { result } of previousResults()) seen.push(result);
  });
  const { client } = await runJob(worker, "import", ["x"], {
    custom: { bid: "b-1", _bid: "b-2", _cb: "success" },
    previousResults: [1, { rows: 2 }],
  });
  client.assertPushed("resize", { custom: { bid: "b-1" } });
  assert.equal(seen, [{ bid: "b-2", kind: "success", parentBid: undefined }, 1, { rows: 2 }]);
});

test("there is no server to ask for anything else", async () => {
  assert.instance(await failureOf(new FakeClient().info()), NotSupported);
});

test.run();
