// limit: 90 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startFaktory } from "../../bench/contenders/faktory.ts";
import { Client } from "../../worker-sdk/client.ts";
import { DoNotRetry } from "../../worker-sdk/job-errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { startBroker } from "../kit/broker.ts";
import { leftOut } from "../kit/left-out.ts";
import { until } from "../kit/until.ts";

/** The path of a Faktory's program. */
const FAKTORY = process.env["FAKTORY_BIN"] ?? "";

/** A server that runs. */
interface Server {
  port: number;
  stop(): Promise<void>;
}

type Jobs = { add: [a: number, b: number]; fail: []; hopeless: []; stay: [] };

/** What the SDK does with any server that speaks FWP. */
function exercise(name: string, start: () => Promise<Server>): void {
  const test = suite(`the SDK on ${name}`);
  let server: Server;
  let client: Client<Jobs>;
  let url: string;

  test.before(async () => {
    server = await start();
    url = `tcp://127.0.0.1:${server.port}`;
    client = new Client<Jobs>({ url });
  });

  test.before.each(() => client.flush());

  test.after(async () => {
    await client.close();
    await server.stop();
  });

  const faktory = async () => (await client.info()).faktory;

  /** Faktory counts by itself only what it has just looked at: so much patience is enough. */
  const untilInfo = (what: string, isSo: (info: Awaited<ReturnType<typeof faktory>>) => boolean) =>
    until(async () => isSo(await faktory()), { what, withinMs: 15_000 });

  test("jobs are pushed, one by one and many at once, and worked off", async () => {
    const sums: number[] = [];
    const worker = new Worker<Jobs>({ url, concurrency: 5 });
    worker.handle("add", ([a, b]) => sums.push(a + b));
    await worker.start();
    await Promise.all(Array.from({ length: 20 }, (_, index) => client.push("add", [index, 1])));
    const bulk = Array.from({ length: 1_500 }, () => ({
      type: "add" as const,
      args: [1, 2] as [number, number],
    }));
    assert.is((await client.pushBulk(bulk)).length, 1_500);
    await untilInfo("all are done", ({ total_processed }) => total_processed === 1_520);
    assert.is(sums.length, 1_520);
    assert.equal(await worker.stop(), { jobs: [] });
    const { sets, total_failures } = await faktory();
    assert.equal([sets.working, total_failures], [0, 0]);
  });

  test("jobs fail, wait for their retry, or die", async () => {
    const worker = new Worker<Jobs>({ url })
      .handle("fail", () => {
        throw new Error("not this time");
      })
      .handle("hopeless", () => {
        throw new DoNotRetry("never");
      });
    await client.push("fail", []);
    await client.push("hopeless", []);
    await client.push("add", [1, 2]);
    await worker.start();
    await untilInfo("all have failed", ({ total_failures }) => total_failures === 3);
    await untilInfo("one is dead", ({ sets }) => sets.dead === 1 && sets.retries === 2);
    await worker.stop();
    await client.jobs.requeue("dead", { type: "hopeless" });
    await client.jobs.discard("retries", { type: "fail" });
    await untilInfo(
      "they are elsewhere",
      ({ sets, queues }) => sets.dead === 0 && sets.retries === 1 && queues["default"] === 1,
    );
  });

  test("jobs wait for their time, and can be made to go", async () => {
    const jid = await client.push("add", [1, 2], { delayMs: 60_000, custom: { tenant: "x" } });
    await client.push("add", [3, 4], { at: new Date(Date.now() + 120_000) });
    assert.is((await faktory()).sets.scheduled, 2);
    await client.jobs.requeue("scheduled", { jids: [jid] });
    const seen: unknown[] = [];
    const worker = new Worker<Jobs>({ url });
    worker.handle("add", (args, { job, attempt }) => seen.push([args, job.custom, attempt]));
    await worker.start();
    await until(() => seen.length === 1, { what: "it is done" });
    assert.equal(seen, [[[1, 2], { tenant: "x" }, 1]]);
    await worker.stop();
    await client.jobs.clear("scheduled");
    assert.is((await faktory()).sets.scheduled, 0);
  });

  test("queues are paused, resumed and removed", async () => {
    await client.push("add", [1, 2], { queue: "some" });
    await client.queues.pause(["some"]);
    let done = 0;
    const worker = new Worker<Jobs>({ url, queues: { some: 1, default: 1 } });
    worker.handle("add", () => done++);
    await worker.start();
    await client.push("add", [1, 2]);
    await until(() => done === 1, { what: "the other queue's job is done" });
    await client.queues.resume(["some"]);
    await until(() => done === 2, { what: "and now this one's" });
    await worker.stop();
    await client.push("add", [1, 2], { queue: "some" });
    await client.queues.remove(["some"]);
    assert.is((await faktory()).queues["some"], undefined);
  });

  test("what is not finished at a stop is no longer reserved", async () => {
    let begun = 0;
    const worker = new Worker<Jobs>({ url, graceMs: 10 });
    worker.handle("stay", () => {
      begun++;
      return new Promise(() => {});
    });
    await worker.start();
    await client.push("stay", []);
    await until(() => begun === 1, { what: "it runs" });
    const { jobs } = await worker.stop({ timeoutMs: 10 });
    assert.equal(
      jobs.map(({ outcome }) => outcome),
      ["handedBack"],
    );
    const { sets, queues } = await faktory();
    assert.is(sets.working, 0);
    // A classic server takes it for a failure.
    assert.is(sets.retries + (queues["default"] ?? 0), 1);
  });

  test("what it refuses is told", async () => {
    const refusal = await client.push("fail", [], { queue: "no queue" }).catch(String);
    assert.match(refusal, /^ServerError: .*no queue/);
  });

  test.run();
}

exercise("a millrace", startBroker);

if (FAKTORY === "") leftOut("the SDK on a Faktory", "FAKTORY_BIN names none");
else exercise("a Faktory", () => startFaktory(FAKTORY));
