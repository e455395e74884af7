// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Client } from "../../worker-sdk/client.ts";
import { Overlap } from "../../worker-sdk/errors.ts";
import { Discard } from "../../worker-sdk/job-errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

// What seed 0 of issue 7 asks of runs that repeat, by the numbers of its acceptance tests.

const test = suite("runs of a chain");

test.after(stopSharedBroker);

/** When a job of a run ran, by performance.now(). */
interface Span {
  run: unknown;
  from: number;
  to: number;
}

test(
  "A0.2: who starts a run while another one is live is told which, and starts none",
  withWorkers(async ({ client, worker, queue }) => {
    let runs = 0;
    let finish = () => {};
    const working = worker({ concurrency: 2 });
    working.handle("sync", () => {
      runs++;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await working.start();
    const start = () =>
      client.chain("sync", [{ type: "sync", args: [], queue }], { key: "sync:tenant-7" });
    const live = await start();
    await until(() => runs === 1, { what: "it runs" });
    const refusal = await failureOf(start());
    assert.instance(refusal, Overlap);
    assert.is((refusal as Overlap).bid, live.bid);
    const { state, batch } = await (await client.openChain((refusal as Overlap).bid)).status();
    assert.equal([state, batch.skipped], ["running", 1]);
    finish();
    await until(async () => (await live.status()).state === "success", { what: "it is over" });
    await start();
    await until(() => runs === 2, { what: "the next one may run" });
    finish();
  }),
);

test(
  "A0.5: a run that takes the place of another begins when nothing of that runs any longer",
  withWorkers(async ({ client, worker, queue }) => {
    const spans: Span[] = [];
    let running = 0;
    const working = worker({ concurrency: 6, beatIntervalMs: 50 });
    working.handle("sync", async ([run], { signal }) => {
      const from = performance.now();
      running++;
      // It takes its time to end.
      if (run === 1) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await until(() => performance.now() > from + 400, { what: "it has tidied up" });
      }
      spans.push({ run, from, to: performance.now() });
    });
    await working.start();
    const start = (run: number) =>
      client.chain(
        "sync",
        [Array.from({ length: 3 }, () => ({ type: "sync", args: [run], queue }))],
        { key: "sync:tenant-7", overlap: "cancel-and-wait" },
      );
    const first = await start(1);
    await until(() => running === 3, { what: "the first one runs" });
    const second = await start(2);
    const states = await Promise.all([first.status(), second.status()]);
    assert.equal(
      states.map(({ state }) => state),
      ["cancelling", "waiting"],
    );
    assert.is(states[0].batch.cancel?.by, second.bid);
    await until(async () => (await second.status()).state === "success", { what: "it is over" });
    const of = (run: number) => spans.filter((span) => span.run === run);
    assert.equal([of(1).length, of(2).length], [3, 3]);
    const end = Math.max(...of(1).map(({ to }) => to));
    assert.ok(of(2).every(({ from }) => from >= end));
    assert.is((await first.status()).state, "cancelled");
  }),
);

test(
  "A0.8: the last job of a run sees to the next one, and when it runs twice there is one all the same",
  withWorkers(async ({ client, worker, queue }) => {
    const starts: string[] = [];
    const working = worker({ concurrency: 2 });
    const sync = async (starter: Pick<Client, "chain">) =>
      await starter.chain("sync", [{ type: "last", args: [], queue }], {
        key: "sync:tenant-7",
        overlap: "queue",
      });
    working.handle("start", async (_args, { client: own, job }) => {
      starts.push(job.jid);
      if (starts.length > 1) throw new Discard("the test has seen enough");
      await sync(own);
    });
    working.handle("last", async (_args, { client: own, attempt, batch }) => {
      // Whatever it decides on: in this case soon. The name says of which run it is the next one.
      const { parentBid } = (await batch?.status()) ?? {};
      await own.push("start", [], { queue, jid: `next of ${parentBid}`, delayMs: 300 });
      if (attempt === 1) throw new Error("it fails when the next run is seen to");
    });
    const chain = await sync(client);
    await working.start();
    const [record] = (await chain.status()).stages.flatMap(({ batches }) => batches);
    await until(async () => (await client.batches.status(record?.bid ?? "")).failed === 1, {
      what: "it has failed once",
    });
    await client.jobs.requeue("retries", { type: "last" });
    await until(async () => (await chain.status()).state === "success", { what: "it is over" });
    await until(() => starts.length === 2, { what: "and so is the next run's" });
    assert.is(starts[0], `next of ${chain.bid}`);
    assert.is.not(starts[1], starts[0]);
  }),
);

test(
  "A0.9: a run that is retried runs again what has failed or was cancelled, and nothing else",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    let isMended = false;
    const working = worker({ concurrency: 1 });
    working.handle("step", ([name]) => {
      seen.push(name);
      if (name === "bad" && !isMended) throw new Error("not yet");
    });
    await working.start();
    const step = (name: string) => ({ type: "step", args: [name], queue, retry: -1 });
    const chain = await client.chain("sync", [step("a"), [step("b"), step("bad")], step("c")], {
      key: "sync:tenant-8",
    });
    await until(async () => (await chain.status()).stages[1]?.state === "blocked", {
      what: "it has failed",
    });
    await chain.cancel({ by: "ann" });
    await until(async () => (await chain.status()).state === "cancelled", { what: "it is over" });
    isMended = true;
    await chain.retry();
    await until(async () => (await chain.status()).state === "success", { what: "it is done" });
    assert.equal(seen, ["a", "b", "bad", "bad", "c"]);
  }),
);

test.run();
