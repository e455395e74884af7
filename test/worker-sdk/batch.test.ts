// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BatchCallback } from "../../worker-sdk/batch-callback.ts";
import { Cancelled, Overlap, ServerError } from "../../worker-sdk/errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/batch");

test.after(stopSharedBroker);

test(
  "batches in batches are pushed with a function, and their callbacks called from the inside out",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    const callbacks: (BatchCallback | undefined)[] = [];
    const working = worker({ concurrency: 1 });
    working.handle("work", ([name]) => seen.push(String(name)));
    working.handle("called", ([name], { callback, batch }) => {
      seen.push(String(name));
      callbacks.push(callback);
      assert.is(batch, undefined);
    });
    const called = (name: string) => ({ type: "called", args: [name], queue });
    let innerBid = "";
    const outer = await client.batch(
      { description: "outer", complete: called("complete"), success: called("success") },
      async (batch) => {
        await batch.push("work", ["a"], { queue });
        const inner = await batch.batch({ success: called("inner") }, async (nested) => {
          await nested.pushBulk(["b", "c"].map((name) => ({ type: "work", args: [name], queue })));
        });
        innerBid = inner.bid;
      },
    );
    assert.equal(
      (({ total, pending, state, description, children, tags, meta }) => [
        [total, pending, state, description],
        [children, tags, meta],
      ])(await outer.status()),
      [
        [1, 1, "running", "outer"],
        [1, [], undefined],
      ],
    );
    await working.start();
    await until(() => seen.length === 6, { what: "all have been called" });
    assert.equal(seen, ["a", "b", "c", "inner", "complete", "success"]);
    assert.equal(callbacks, [
      { bid: innerBid, kind: "success", parentBid: outer.bid },
      { bid: outer.bid, kind: "complete", parentBid: undefined },
      { bid: outer.bid, kind: "success", parentBid: undefined },
    ]);
    await until(async () => (await outer.status()).state === "success", { what: "it is over" });
    const { complete, success, death, endedAt } = await outer.status();
    assert.equal([complete, success, death], ["done", "done", "notCalled"]);
    assert.ok(endedAt instanceof Date);
  }),
);

test(
  "when the function throws the batch is called off, and so are those in it",
  withWorkers(async ({ client, queue }) => {
    const error = new Error("no more");
    const bids: string[] = [];
    const thrown = await failureOf(
      client.batch({ tags: ["t"] }, async (outer) => {
        bids.push(outer.bid);
        await outer.push("work", [], { queue });
        await outer.batch({ hold: true }, async (inner) => {
          bids.push(inner.bid);
          await inner.push("work", [], { queue });
          throw error;
        });
      }),
    );
    assert.is(thrown, error);
    for (const bid of bids) {
      await until(async () => (await client.batches.status(bid)).state === "cancelled", {
        what: "it is cancelled",
      });
      const { cancel } = await client.batches.status(bid);
      assert.is(cancel?.reason, "its program has failed: Error: no more");
    }
    assert.is((await client.info()).faktory.queues[queue], 0);
  }),
);

test(
  "a job pushes into its own batch, on its own behalf, and a callback opens the batch around",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    const working = worker({ concurrency: 1 });
    working.handle("first", async (_args, { batch }) => {
      seen.push("first");
      await batch?.push("more", ["more"], { queue });
      await batch?.batch({ success: { type: "next", args: [], queue } }, (nested) =>
        nested.push("more", ["nested"], { queue }),
      );
    });
    working.handle("more", ([name]) => seen.push(String(name)));
    working.handle("next", async (_args, { callback, client: own }) => {
      seen.push("next");
      const around = await own.openBatch(callback?.parentBid ?? "none");
      await around.push("more", ["at last"], { queue });
      await around.commit();
    });
    const done = { type: "more", args: ["done"], queue };
    await working.start();
    const { bid } = await client.batch({ success: done }, (batch) =>
      batch.push("first", [], { queue }),
    );
    await until(() => seen.includes("done"), { what: "it has succeeded" });
    assert.equal(seen, ["first", "more", "nested", "next", "at last", "done"]);
    const tree = await client.batches.tree(bid);
    assert.equal(
      [tree.total, tree.batches.map(({ total, parentBid }) => [total, parentBid])],
      [3, [[1, bid]]],
    );
  }),
);

test(
  "what a job pushes into its batch is refused when the batch was cancelled meanwhile",
  withWorkers(async ({ client, worker, queue }) => {
    let refusal: Error | undefined;
    let isRunning = false;
    const working = worker({ concurrency: 1, beatIntervalMs: 50 });
    working.handle("long", async (_args, { signal, batch }) => {
      isRunning = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      refusal = await failureOf(batch?.push("other", [], { queue }) ?? Promise.resolve());
    });
    await working.start();
    const batch = await client.batch({ tags: ["t"] }, (own) => own.push("long", [], { queue }));
    await until(() => isRunning, { what: "it runs" });
    const { state, cancel } = await batch.cancel({ reason: "late", by: "ann" });
    assert.equal([state, cancel?.reason, cancel?.by], ["cancelling", "late", "ann"]);
    await until(() => refusal, { what: "it has tried to push" });
    assert.instance(refusal, Cancelled);
    await until(async () => (await batch.status()).state === "cancelled", { what: "it is over" });
  }),
);

test(
  "of a key one runs: another one is told which",
  withWorkers(async ({ client, queue }) => {
    const push = (batch: { push: typeof client.push }) => batch.push("work", [], { queue });
    const { bid } = await client.batch({ key: "k" }, push);
    const refusal = await failureOf(client.batch({ key: "k" }, push));
    assert.instance(refusal, Overlap);
    assert.instance(refusal, ServerError);
    assert.is((refusal as Overlap).bid, bid);
    assert.is((await client.batches.status(bid)).skipped, 1);
    const next = await client.batch({ key: "k", overlap: "queue" }, push);
    assert.is((await next.status()).state, "waiting");
    const last = await client.batch({ key: "k", overlap: "cancel-and-wait" }, push);
    await until(async () => (await last.status()).state === "running", { what: "it has started" });
    const states: string[] = [];
    for await (const { bid: one, state } of client.batches.list({ key: "k" })) {
      states.push(state);
      assert.ok([bid, next.bid, last.bid].includes(one));
    }
    assert.equal(states, ["running", "cancelled", "cancelled"]);
  }),
);

test(
  "batches are listed by tag, page by page, with what was kept with them",
  withWorkers(async ({ client, queue }) => {
    const bids: string[] = [];
    for (let index = 0; index < 30; index++) {
      const meta = { index, big: 12345678901234567890n };
      const options = { tags: ["listed"], meta, hold: true };
      const { bid } = await client.batch(options, (batch) => batch.push("work", [], { queue }));
      bids.push(bid);
    }
    const found = new Map<string, unknown>();
    for await (const { bid, meta, tags } of client.batches.list({ tag: "listed" })) {
      found.set(bid, { meta, tags });
    }
    assert.equal(new Set(found.keys()), new Set(bids));
    assert.equal(found.get(bids[29] ?? ""), {
      meta: { index: 29, big: 12345678901234567890n },
      tags: ["listed"],
    });
  }),
);

test(
  "a batch waits for others, by their handles or bids",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const working = worker({ concurrency: 1 });
    working.handle("work", ([name]) => seen.push(name));
    const named = (name: string) => (batch: { push: typeof client.push }) =>
      batch.push("work", [name], { queue });
    const first = await client.batch({ hold: true }, async (batch) => {
      await named("first")(batch);
      await client.batch({ after: [batch] }, named("third"));
      await client.batch({ afterEnd: [batch.bid] }, named("third"));
      assert.is((await batch.status()).state, "open");
    });
    assert.is((await first.status()).total, 1);
    await working.start();
    await until(() => seen.length === 3, { what: "all have run" });
    assert.equal(seen, ["first", "third", "third"]);
  }),
);

test(
  "what came of its jobs is read, a page at a time, and checked where there is a schema",
  withWorkers(async ({ client, worker, queue }) => {
    const working = worker({ concurrency: 20 });
    working.handle("count", ([number], { result }) => result({ number }));
    await working.start();
    const batch = await client.batch({ tags: ["t"] }, (own) =>
      own.pushBulk(
        Array.from({ length: 700 }, (_, index) => ({ type: "count", args: [index], queue })),
      ),
    );
    await until(async () => (await batch.status()).state === "success", { what: "all are done" });
    let sum = 0;
    for await (const { jid, result } of batch.results({ schema: numbered })) {
      sum += result.number;
      assert.ok(jid.length > 0);
    }
    assert.is(sum, (699 * 700) / 2);
    const first = batch.results({ schema: refusing }).next();
    assert.match(String(await failureOf(first)), /^InvalidResult: the result of job \w+: never$/);
  }),
);

/** As a library for schemas makes them. */
const numbered = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) => ({
      value: { number: Number((value as { number: unknown }).number) },
    }),
  },
};

const refusing = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: () => ({ issues: [{ message: "never" }] }),
  },
};

test(
  "what has failed of a batch is tried again, and what is done is not",
  withWorkers(async ({ client, worker, queue }) => {
    let isMended = false;
    const seen: unknown[] = [];
    const working = worker({ concurrency: 1 });
    working.handle("work", ([name]) => {
      seen.push(name);
      if (name === "bad" && !isMended) throw new Error("not yet");
    });
    await working.start();
    const batch = await client.batch({ tags: ["t"] }, async (own) => {
      await own.push("work", ["good"], { queue });
      await own.push("work", ["bad"], { queue, retry: -1 });
    });
    await until(async () => (await batch.status()).state === "blocked", { what: "it has failed" });
    isMended = true;
    await batch.retry();
    await until(async () => (await batch.status()).state === "success", { what: "it is done" });
    assert.equal(seen, ["good", "bad", "bad"]);
  }),
);

test(
  "a job that says that it is in another batch is not pushed",
  withWorkers(async ({ client, queue }) => {
    const thrown = await failureOf(
      client.batch({ tags: ["t"] }, (batch) =>
        batch.push("work", [], { queue, custom: { bid: "b-other" } }),
      ),
    );
    assert.instance(thrown, RangeError);
    assert.match(thrown.message, /and its custom\.bid is 'b-other'$/);
    const own = await client.batch({ tags: ["t"] }, (batch) =>
      batch.pushBulk([{ type: "work", args: [], queue, custom: { bid: batch.bid, a: 1 } }]),
    );
    assert.is((await own.status()).total, 1);
  }),
);

test.run();
