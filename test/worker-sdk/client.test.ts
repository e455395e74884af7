import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { Cancelled, type JobsRefused, ServerError, StaleLease } from "../../worker-sdk/errors.ts";
import { InvalidArguments, type StandardSchema } from "../../worker-sdk/standard-schema.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { failureOf } from "../kit/failure-of.ts";
import { bulkReply, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const test = suite("worker-sdk/client");

type Jobs = { resize: [id: string, width: number]; count: [value: number | bigint] };

let broker: TestBroker;
let client: Client<Jobs>;
let wire: Wire;

test.before(async () => {
  broker = await startBroker();
  client = new Client<Jobs>({ url: `tcp://127.0.0.1:${broker.port}` });
  wire = await Wire.hello(broker.port);
});

test.before.each(() => client.flush());

test.after(async () => {
  await client.close();
  wire.close();
  await broker.stop();
});

const fetched = async (queue = "default"): Promise<unknown> =>
  JSON.parse(await wire.call(`FETCH ${queue}`));

const pick = (value: unknown, ...names: string[]) =>
  Object.fromEntries(Object.entries(value as object).filter(([name]) => names.includes(name)));

test("a push resolves with the jid when the job is stored", async () => {
  const jid = await client.push("resize", ["a.png", 300]);
  assert.match(jid, /^[0-9a-f]{24}$/);
  assert.equal(pick(await fetched(), "jid", "jobtype", "args", "queue", "retry"), {
    jid,
    jobtype: "resize",
    args: ["a.png", 300],
    queue: "default",
    retry: 25,
  });
});

test("every option arrives", async () => {
  const custom = { tenant: "x", nested: { deep: 2n ** 60n } };
  const options = { queue: "slow", priority: 9, retry: -1, reserveForSeconds: 90, custom };
  await client.push("resize", ["a.png", 300], { jid: "chosen-jid", ...options });
  const text = await wire.call("FETCH slow");
  assert.match(text, /"custom":\{"tenant":"x","nested":\{"deep":1152921504606846976\}\}/);
  assert.equal(pick(JSON.parse(text), "jid", "priority", "retry", "reserve_for"), {
    jid: "chosen-jid",
    priority: 9,
    retry: -1,
    reserve_for: 90,
  });
});

test("a job waits for its time, or for its delay", async () => {
  const before = Date.now();
  await client.push("count", [1], { at: new Date("2099-01-01T00:00:00.250Z") });
  await client.push("count", [2], { at: Date.UTC(2099, 0, 2), jid: "at-a-number" });
  await client.push("count", [3], { delayMs: 3_600_000, jid: "with-a-delay" });
  assert.is((await client.info()).faktory.sets.scheduled, 3);
  await client.jobs.requeue("scheduled", { pattern: "*" });
  const times = [await fetched(), await fetched(), await fetched()].map(
    (job) => (job as { at: string }).at,
  );
  const delayed = times.find((at) => !at.startsWith("2099")) ?? "";
  assert.ok(times.includes("2099-01-01T00:00:00.250Z"));
  assert.ok(times.includes("2099-01-02T00:00:00.000Z"));
  assert.ok(Math.abs(Date.parse(delayed) - before - 3_600_000) < 5_000);
  const options = { at: 1, delayMs: 1 } as object;
  const both = await failureOf(client.push("count", [4], options));
  assert.is(both.message, "a job has either `at` or `delayMs`");
});

test("A1.9 the number of attempts is taken as it is, or refused", async () => {
  for (const retry of [1e9, 40_000, -1, 0, Number.MAX_SAFE_INTEGER]) {
    await client.push("count", [1], { retry });
    assert.is(((await fetched()) as { retry: unknown }).retry, retry);
  }
  const refusal = (retry: unknown) =>
    failureOf(client.push("count", [1], { retry: retry as number })).then(String);
  for (const retry of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "x", null]) {
    const told = await refusal(retry);
    assert.match(told, /^RangeError: retry is a whole number up to 2\^53, not /);
  }
  assert.is((await client.info()).faktory.total_enqueued, 0);
});

test("a jid that is live is stored once", async () => {
  await client.push("count", [1], { jid: "only-once" });
  await client.push("count", [2], { jid: "only-once" });
  assert.is((await client.info()).faktory.queues["default"], 1);
});

test("what the server refuses rejects with its words", async () => {
  const refusal = await failureOf(client.push("count", [1], { queue: "no queue" }));
  assert.match(String(refusal), /^ServerError: cannot get "no queue" queue/);
});

test("a job that no line can hold is refused before it breaks the connection", async () => {
  const large = await failureOf(client.push("resize", ["x".repeat(33_554_432), 1]));
  assert.match(String(large), /^RangeError: job [0-9a-f]+ is larger than the 33554432 bytes/);
});

test("fifty pushes at once need one connection, and few packets", async () => {
  const jids = await Promise.all(
    Array.from({ length: 50 }, (_, index) => client.push("count", [index])),
  );
  assert.is(new Set(jids).size, 50);
  const { faktory, server } = await client.info();
  assert.is(faktory.queues["default"], 50);
  assert.is(server.connections, 2);
});

test("a bulk of any size is pushed, in order, and told by its jids", async () => {
  async function* jobs() {
    for (let value = 0; value < 5_000; value++) {
      yield { type: "count" as const, args: [value] as [number], queue: "bulk" };
    }
  }
  const jids = await client.pushBulk(jobs());
  assert.is(jids.length, 5_000);
  assert.is((await client.info()).faktory.queues["bulk"], 5_000);
  for (const value of [0, 1, 2]) {
    assert.equal(pick(await fetched("bulk"), "jid", "args"), { jid: jids[value], args: [value] });
  }
});

test("what is refused of a bulk is named, and the rest is stored", async () => {
  const error = await failureOf(
    client.pushBulk([
      { type: "count", args: [1] },
      { type: "count", args: [2], jid: "not-allowed", priority: 99 },
      { type: "count", args: [3] },
    ]),
  );
  assert.match(String(error), /^JobsRefused: 1 jobs were refused, such as not-allowed: jobs must/);
  assert.equal([...(error as JobsRefused).refused.keys()], ["not-allowed"]);
  assert.is((await client.info()).faktory.queues["default"], 2);
});

test("who pushed a bulk can tell which of its jobs were refused", async () => {
  const refusal = await failureOf(
    client.pushBulk([
      { type: "count", args: [1] },
      { type: "count", args: [2], priority: 99 },
      { type: "count", args: [3] },
    ]),
  );
  const { jids, refused } = refusal as JobsRefused;
  assert.equal(
    jids.map((jid) => refused.has(jid)),
    [false, true, false],
  );
});

test("a bulk of nothing is nothing", async () => {
  assert.equal(await client.pushBulk([]), []);
});

test("a signal that has fired ends a bulk, of nothing too", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  for (const jobs of [[], [{ type: "count" as const, args: [1] as [number] }]]) {
    assert.is((await failureOf(client.pushBulk(jobs, { signal }))).message, "enough");
  }
  assert.is((await client.info()).faktory.total_enqueued, 0);
});

test("a bulk whose jobs do not come is given up", async () => {
  const ends: string[] = [];
  let goOn = () => {};
  async function* stuck() {
    try {
      yield { type: "count" as const, args: [1] as [number] };
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield { type: "count" as const, args: [2] as [number] };
      ends.push("taken");
    } finally {
      ends.push("ended");
    }
  }
  const late = await failureOf(client.pushBulk(stuck(), { timeoutMs: 20 }));
  assert.is(String(late), "CallTimedOut: no further job within 20 ms");
  goOn();
  await until(() => ends.length > 0, { what: "it is told to end" });
  const aborter = new AbortController();
  const pushed = failureOf(client.pushBulk(stuck(), { signal: aborter.signal }));
  aborter.abort(new Error("enough"));
  assert.is((await pushed).message, "enough");
  goOn();
  await until(() => ends.length > 1, { what: "it is told to end" });
  assert.equal(ends, ["ended", "ended"]);
});

test("a bulk that fails midway ends what its jobs come from", async () => {
  let isEnded = false;
  async function* jobs() {
    try {
      yield { type: "count" as const, args: [1] as [number], delayMs: Number.NaN };
    } finally {
      isEnded = true;
    }
  }
  assert.instance(await failureOf(client.pushBulk(jobs())), RangeError);
  assert.ok(isEnded);
});

test("a type may have the name of what every object has", async () => {
  const schemas: Record<string, never> = {};
  const other = new Client({ url: `tcp://127.0.0.1:${broker.port}`, schemas });
  await other.push("constructor", []);
  await other.pushBulk([{ type: "toString", args: [] }]);
  assert.is((await client.info()).faktory.queues["default"], 2);
  await other.close();
});

test("queues are paused, resumed, removed, and tell of their latency", async () => {
  await client.push("count", [1], { queue: "some" });
  await client.queues.pause(["some"]);
  const waits = wire.call("FETCH some");
  await client.queues.resume(["*"]);
  assert.match(await waits, /"jobtype":"count"/);
  await client.push("count", [2], { queue: "some" });
  const latency = await client.queues.latencySeconds(["some"]);
  assert.equal([...latency.keys()], ["some"]);
  assert.ok((latency.get("some") ?? -1) >= 0);
  await client.queues.remove(["some"]);
  assert.is((await client.info()).faktory.queues["some"], undefined);
});

test("waiting jobs are killed, requeued, discarded and cleared", async () => {
  const sets = async () => (await client.info()).faktory.sets;
  for (const jid of ["mutate-1", "mutate-2", "mutate-3"]) {
    await client.push("count", [1], { jid, delayMs: 60_000 });
  }
  await client.jobs.kill("scheduled", { jids: ["mutate-1"] });
  assert.is((await sets()).dead, 1);
  await client.jobs.requeue("dead", { type: "count" });
  assert.is((await sets()).dead, 0);
  await client.jobs.discard("scheduled", { pattern: "*mutate-2*" });
  assert.is((await sets()).scheduled, 1);
  await client.jobs.clear("scheduled");
  assert.is((await sets()).scheduled, 0);
  const nothing = await failureOf(client.jobs.discard("dead", { jids: [] }));
  assert.match(String(nothing), /^RangeError: discard of no jobs/);
});

test("middleware may change a job, refuse it, or keep it from being pushed", async () => {
  const other = new Client<Jobs>({ url: `tcp://127.0.0.1:${broker.port}` });
  const seen: string[] = [];
  other.use(async (job, next) => {
    job.custom = { ...job.custom, tenant: "x" };
    await next();
    seen.push(`pushed ${job.type}`);
  });
  other.use(async (job, next) => {
    if (job.args[0] === "bad") throw new Error("no such image");
    if (job.args[0] !== "skipped") await next();
  });
  await other.push("resize", ["a", 1]);
  await other.push("resize", ["skipped", 1]);
  assert.is((await failureOf(other.push("resize", ["bad", 1]))).message, "no such image");
  await other.pushBulk([{ type: "resize", args: ["b", 2], custom: { own: 1 } }]);
  assert.equal(pick(await fetched(), "args", "custom"), {
    args: ["a", 1],
    custom: { tenant: "x" },
  });
  assert.equal(pick(await fetched(), "custom"), { custom: { own: 1, tenant: "x" } });
  assert.equal(seen, ["pushed resize", "pushed resize", "pushed resize"]);
  assert.is((await client.info()).faktory.queues["default"], 0);
  await other.close();
});

const resizeSchema: StandardSchema<unknown, [string, number]> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const [id, width] = value as unknown[];
      if (typeof id === "string" && typeof width === "number") return { value: [id, width] };
      return { issues: [{ message: "expected a number", path: [1] }] };
    },
  },
};

test("a schema keeps back what does not pass", async () => {
  const schemas = { resize: resizeSchema };
  const other = new Client<Jobs>({ url: `tcp://127.0.0.1:${broker.port}`, schemas });
  await other.push("resize", ["a", 1]);
  const wrong = ["a", "wide"] as unknown as [string, number];
  const error = await failureOf(other.push("resize", wrong));
  assert.instance(error, InvalidArguments);
  assert.is(error.message, "arguments of resize: 1: expected a number");
  assert.is((await client.info()).faktory.queues["default"], 1);
  await other.close();
});

test(
  "a push whose reply was lost is sent again with the same jid",
  withScriptedServer(async (server) => {
    server.answer = (_, connection) => {
      server.answer = () => "+OK";
      connection.cut();
      return undefined;
    };
    const other = new Client<Jobs>({ url: server.url, firstBackOffMs: 1 });
    const jid = await other.push("count", [1]);
    assert.is(server.lines.length, 2);
    assert.is(server.lines[0], server.lines[1]);
    assert.ok(server.lines[0]?.includes(jid));
    await other.close();
  }),
);

test(
  "what deletes jobs is not sent again, since others may have come",
  withScriptedServer(async (server) => {
    server.answer = (_, connection) => {
      connection.cut();
      return undefined;
    };
    const other = new Client<Jobs>({ url: server.url, firstBackOffMs: 1 });
    for (const call of [
      other.flush(),
      other.queues.remove(["*"]),
      other.jobs.discard("dead", { pattern: "*" }),
    ]) {
      assert.match(String(await failureOf(call)), /^ServerUnavailable: the connection broke/);
    }
    assert.is(new Set(server.lines).size, server.lines.length, "none came twice");
    await other.close();
  }),
);

test(
  "a bulk is cut into pieces, of which a few are under way at once",
  withScriptedServer(async (server) => {
    const replies: (() => void)[] = [];
    server.answer = (_, connection) => {
      replies.push(() => connection.send(bulkReply("{}")));
      return undefined;
    };
    const other = new Client<Jobs>({ url: server.url });
    const jobs = Array.from({ length: 10_000 }, () => ({
      type: "resize" as const,
      args: ["x".repeat(50), 1] as [string, number],
    }));
    const pushed = other.pushBulk(jobs);
    await until(() => replies.length === 4, { what: "four are under way" });
    const answered = setInterval(() => replies.shift()?.(), 1);
    const jids = await pushed;
    clearInterval(answered);
    assert.is(jids.length, 10_000);
    const counts = server.lines.map((line) => line.split('"jid"').length - 1);
    assert.is(
      counts.reduce((sum, count) => sum + count),
      10_000,
    );
    assert.ok(counts.every((count) => count <= 1_000));
    assert.ok(server.lines.every((line) => line.length < 210_000));
    await other.close();
  }),
);

test(
  "a bulk whose server goes away says so",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const other = new Client<Jobs>({ url: server.url });
    const error = await failureOf(
      other.pushBulk([{ type: "count", args: [1] }], { timeoutMs: 50 }),
    );
    assert.is(String(error), "CallTimedOut: no reply within 50 ms");
    await other.close();
  }),
);

test(
  "what is pushed on behalf of a job names its lease, and nothing else does",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line.startsWith("PUSHB ") ? bulkReply("{}") : "+OK");
    const client = new Client({ url: server.url });
    const pusher = client.onBehalfOf({ jid: "the-parent", lease: 7 });
    await pusher.push("any", []);
    await pusher.pushBulk([{ type: "any", args: [] }]);
    await client.onBehalfOf({ jid: "the-parent", lease: undefined }).push("any", []);
    await client.push("any", []);
    const behalf = '"on_behalf":{"jid":"the-parent","lease":7}';
    assert.equal(
      server.lines.map((line) => line.includes(behalf)),
      [true, true, false, false],
    );
    assert.equal(
      server.lines.map((line) => line.includes("on_behalf")),
      [true, true, false, false],
    );
    await client.close();
  }),
);

test(
  "who is called off, or has lost the job, is told so by the error's class",
  withScriptedServer(async (server) => {
    const replies = [
      "-STALE job the-parent is in retries, and lease 7 does not hold it",
      "-CANCELLED job the-parent was cancelled by ann: too late",
      '-CANCELLING tag "t" is being cancelled, 2 jobs of it still run',
      "-ERR jobs must have a jobtype parameter",
    ];
    server.answer = () => replies.shift() ?? "+OK";
    const client = new Client({ url: server.url });
    const pusher = client.onBehalfOf({ jid: "the-parent", lease: 7 });
    const thrown: unknown[] = [];
    while (replies.length > 0) await pusher.push("any", []).catch((error) => thrown.push(error));
    const [stale, cancelled, cancelling, other] = thrown;
    assert.instance(stale, StaleLease);
    assert.is(
      (stale as StaleLease).message,
      "job the-parent is in retries, and lease 7 does not hold it",
    );
    assert.instance(cancelled, Cancelled);
    assert.instance(cancelling, Cancelled);
    assert.is((cancelling as Cancelled).code, "CANCELLING");
    assert.ok(thrown.every((error) => error instanceof ServerError));
    assert.is((other as ServerError).name, "ServerError");
    await client.close();
  }),
);

test.run();
