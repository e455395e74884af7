// limit: 60 s

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findChainMeta, findStageMeta } from "../../worker-sdk/chain-meta.ts";
import { planStages } from "../../worker-sdk/chain-stage.ts";
import type { Client } from "../../worker-sdk/client.ts";
import { Compensated } from "../../worker-sdk/errors.ts";
import type { AnyJobs } from "../../worker-sdk/job-map.ts";
import type { BulkJob } from "../../worker-sdk/producer.ts";
import { failureOf } from "../kit/failure-of.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/chain");

test.after(stopSharedBroker);

const job = (type: string): BulkJob<AnyJobs> => ({ type, args: [] });

test("a stage is a job, many, more than its jobs, or branches of all these", () => {
  const jobsOf = (stages: Parameters<typeof planStages>[0]) =>
    planStages(stages).map((branches) =>
      branches.map(({ jobs }) => {
        assert.ok(Array.isArray(jobs));
        return jobs.map(({ type }: BulkJob<AnyJobs>) => type).join("");
      }),
    );
  assert.equal(
    jobsOf([
      job("a"),
      [job("b"), job("c")],
      [],
      { jobs: job("d") },
      { jobs: [job("e"), job("f")] },
      [job("g"), [job("h"), job("i")], { jobs: [] }],
    ]),
    [["a"], ["bc"], [""], ["d"], ["ef"], ["g", "hi", ""]],
  );
});

test("what makes no chain is refused before anything is sent", () => {
  assert.throws(() => planStages([]), /RangeError|one stage at least/);
  const many = Array.from({ length: 500 }, () => [[job("a")], { jobs: [] }]);
  assert.throws(() => planStages(many), /at most 999 stages and branches, not 1000/);
  const nested = [[[job("a")], [[job("b")]]]];
  // As who writes JavaScript may.
  assert.throws(() => planStages(nested as never), /it has no branches itself/);
});

test(
  "what is kept with its batches tells any program how they belong together",
  withWorkers(async ({ client, queue }) => {
    const undo = { type: "undo", args: [12345678901234567890n], queue, priority: 3 };
    const chain = await client.chain(
      "kept",
      [{ jobs: job("a"), compensate: undo }, [job("b"), { jobs: [] }], job("c")],
      { onFailure: job("tell"), tags: ["t"], description: "for people" },
    );
    const tree = await client.batches.tree(chain.bid);
    assert.equal([tree.description, tree.tags], ["for people", ["t"]]);
    assert.equal(findChainMeta(tree.meta)?.onFailure?.type, "tell");
    const stages = tree.batches.map(({ bid, meta }) => ({ bid, ...findStageMeta(meta) }));
    const [a, b1, b2, c] = stages;
    assert.equal(
      stages.map(({ chain: name, stage, after }) => [name, stage, after]),
      [
        ["kept", 0, []],
        ["kept", 1, [a?.bid]],
        ["kept", 1, [a?.bid]],
        ["kept", 2, [b1?.bid, b2?.bid]],
      ],
    );
    assert.is(c?.compensate, undefined);
    const { type, args, priority } = a?.compensate ?? {};
    assert.equal([type, args, priority], ["undo", undo.args, 3]);
    assert.equal(
      tree.batches.map(({ description }) => description),
      [1, 2, 2, 3].map((stage) => `kept, stage ${stage} of 3`),
    );
  }),
);

test(
  "nothing of it is run when it is not stored to its end",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const working = worker();
    working.handle("work", () => seen.push("work"));
    working.handle("other", () => seen.push("other"));
    await working.start();
    const work = { type: "work", args: [], queue };
    const bad = { ...work, queue: "no queue" };
    const error = await failureOf(client.chain("bad", [work, [work, bad]], { tags: ["bad"] }));
    assert.match(error.message, "no queue");
    await until(
      async () => {
        for await (const { state } of client.batches.list({ tag: "bad" }))
          return state === "cancelled";
      },
      { what: "it is called off" },
    );
    await client.push("other", [], { queue });
    await until(() => seen.length > 0, { what: "the other one has run" });
    assert.equal(seen, ["other"]);
  }),
);

test(
  "a batch that is no chain is not opened as one, and a stage that is not there has no results",
  withWorkers(async ({ client, queue }) => {
    const { bid } = await client.batch({ tags: ["t"] }, () => {});
    const refusal = await failureOf(client.openChain(bid));
    assert.is(String(refusal), `RangeError: batch ${bid} is no chain`);
    const chain = await client.chain("short", [{ type: "work", args: [], queue }]);
    assert.match(
      String(await failureOf(chain.results(1).next())),
      "RangeError: chain short has 1 stages, and none is 1",
    );
  }),
);

/** A chain whose second stage fails, and what is called then. */
async function failingChain(client: Client, queue: string, options = {}) {
  const undo = { type: "undo", args: [], queue };
  return await client.chain(
    "failing",
    [
      { jobs: { type: "work", args: [], queue }, compensate: undo },
      { jobs: { type: "fail", args: [], queue, retry: -1 }, compensate: undo },
    ],
    options,
  );
}

test(
  "compensations are begun once, however often the job that begins them is run",
  withWorkers(async ({ client, worker, queue }) => {
    let undone = 0;
    let compensated = 0;
    const working = worker({ concurrency: 2, queues: [queue, "again"] });
    working.use(async ({ job: { type } }, next) => {
      await next();
      if (type === "millrace.compensate") compensated++;
    });
    working.handle("work", () => {});
    working.handle("fail", () => Promise.reject(new Error("it has to")));
    working.handle("undo", () => undone++);
    await working.start();
    const { bid } = await failingChain(client, queue);
    await until(() => undone === 1, { what: "it is undone" });
    const custom = { _bid: bid, _cb: "death" };
    await client.push("millrace.compensate", [], { queue: "again", custom });
    await until(() => compensated === 2, { what: "it has run again" });
    const found: string[] = [];
    for await (const { state } of client.batches.list({ key: `compensation:${bid}` }))
      found.push(state);
    assert.is(found.length, 1);
    assert.is(undone, 1);
  }),
);

test(
  "a chain that is undone keeps its key until it is, and is not tried again",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    const working = worker({ concurrency: 2 });
    working.handle("work", () => {});
    working.handle("fail", () => Promise.reject(new Error("it has to")));
    working.handle("next", () => seen.push("next"));
    let undo = () => {};
    working.handle("undo", async () => {
      await new Promise<void>((resolve) => (undo = resolve));
      seen.push("undone");
    });
    const chain = await failingChain(client, queue, { key: "k" });
    const next = { type: "next", args: [], queue };
    await client.chain("next", [next], { key: "k", overlap: "queue" });
    working.events.on("snoozed", () => undo());
    await working.start();
    await until(() => seen.length === 2, { what: "both have run", withinMs: 10_000 });
    assert.equal(seen, ["undone", "next"]);
    assert.instance(await failureOf(chain.retry()), Compensated);
  }),
);

test(
  "nothing is undone while something of the chain still runs, and what ends then is not undone",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: string[] = [];
    let isCancelled = false;
    const working = worker({ concurrency: 3, beatIntervalMs: 50 });
    working.handle("work", () => {});
    working.handle("fail", () => Promise.reject(new Error("it has to")));
    working.handle("slow", async (_args, { signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      isCancelled = true;
      await until(() => seen.includes("looked"), { what: "it was looked whether it has ended" });
      seen.push("ended");
    });
    working.handle("undo", ([name]) => seen.push(`undo ${String(name)}`));
    working.events.on("snoozed", () => seen.push("looked"));
    await working.start();
    const branch = (type: string) => ({
      jobs: { type, args: [], queue, retry: -1 },
      compensate: { type: "undo", args: [type], queue },
    });
    await client.chain("slow", [branch("work"), [branch("fail"), branch("slow")]]);
    await until(() => seen.includes("undo work"), { what: "it is undone", withinMs: 10_000 });
    assert.ok(isCancelled);
    assert.equal(
      seen.filter((one) => one !== "looked"),
      ["ended", "undo work"],
    );
  }),
);

test(
  "what an earlier run has left half stored is called off, and begun anew",
  withWorkers(async ({ client, worker, queue }) => {
    let undone = 0;
    const failing = worker({ concurrency: 2 });
    failing.handle("work", () => {});
    failing.handle("fail", () => Promise.reject(new Error("it has to")));
    failing.handle("undo", () => undone++);
    const chain = await failingChain(client, queue);
    const key = `compensation:${chain.bid}`;
    const left = await beginOnly(client, key);
    await failing.start();
    await until(() => undone === 1, { what: "it is undone" });
    const { cancel } = await client.batches.status(left);
    assert.equal(
      [cancel?.reason, cancel?.by],
      ["it was not stored to its end", "millrace.compensate"],
    );
  }),
);

/** Begins a batch with a key, and never commits it. */
async function beginOnly(client: Client, key: string): Promise<string> {
  return await new Promise((resolve) => {
    void client.batch({ key }, ({ bid }) => {
      resolve(bid);
      return new Promise(() => {});
    });
  });
}

test(
  "a job of that type that nobody's chain has called dies",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const working = worker();
    working.handle("any", () => {});
    assert.throws(() => working.handle("millrace.compensate", () => {}), /has a handler already/);
    await working.start();
    await client.push("millrace.compensate", [], { queue });
    await until(async () => (await sets()).dead === 1, { what: "it is dead" });
  }),
);

test.run();
