// limit: 90 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BatchState } from "../../worker-sdk/batch-record.ts";
import type { ChainHandle } from "../../worker-sdk/chain.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

// What the seeds of issue 7 ask of chains, by the numbers of their acceptance tests.

const test = suite("chains");

test.after(stopSharedBroker);

const untilState = (chain: ChainHandle, state: BatchState) =>
  until(async () => (await chain.status()).state === state, {
    what: `${chain.name} is ${state}`,
    withinMs: 20_000,
  });

test(
  "A4.1: 26 stages of one job or several run in order, and each begins once",
  withWorkers(async ({ client, worker, queue }) => {
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index));
    const seen: string[] = [];
    const working = worker({ concurrency: 5 });
    working.handle("work", ([letter]) => seen.push(String(letter)));
    working.handle("done", () => seen.push("done"));
    await working.start();
    const sizeOf = (index: number) => 1 + (index % 4);
    const chain = await client.chain(
      "alphabet",
      letters.map((letter, index) => ({
        jobs: Array.from({ length: sizeOf(index) }, () => ({
          type: "work",
          args: [letter],
          queue,
        })),
      })),
      { success: { type: "done", args: [], queue } },
    );
    await until(() => seen.includes("done"), { what: "it is done", withinMs: 20_000 });
    assert.equal(seen, [
      ...letters.flatMap((letter, index) => Array.from({ length: sizeOf(index) }, () => letter)),
      "done",
    ]);
    await untilState(chain, "success");
    const { stages } = await chain.status();
    assert.equal(
      stages.map(({ index, state, total, pending, failed }) => [
        index,
        state,
        total,
        pending,
        failed,
      ]),
      letters.map((_, index) => [index, "success", sizeOf(index), 0, 0]),
    );
  }),
);

test(
  "A4.3: when the third stage dies the chain is blocked, and retried it goes on there",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    let isMended = false;
    const working = worker({ concurrency: 2 });
    working.handle("work", ([name]) => {
      seen.push(name);
      if (name === "3" && !isMended) throw new Error("not yet");
    });
    await working.start();
    const stages = ["1", "2", "3", "4"].map((name) => ({
      type: "work",
      args: [name],
      queue,
      retry: -1,
    }));
    const chain = await client.chain("four", stages);
    await until(async () => (await chain.status()).stages[2]?.state === "blocked", {
      what: "the third stage is blocked",
    });
    assert.is((await chain.status()).state, "blocked");
    const opened = await client.openChain(chain.bid);
    assert.is(opened.name, "four");
    assert.equal(
      (await opened.status()).stages.map(({ state, failed }) => [state, failed]),
      [
        ["success", 0],
        ["success", 0],
        ["blocked", 1],
        ["waiting", 0],
      ],
    );
    isMended = true;
    await opened.retry();
    await untilState(chain, "success");
    assert.equal(seen, ["1", "2", "3", "3", "4"]);
  }),
);

test(
  "A4.4: what came of a stage is there for the next, and for who is called at the end",
  withWorkers(async ({ client, worker, queue }) => {
    const sums: unknown[] = [];
    const working = worker({ concurrency: 3 });
    working.handle("square", ([number], { result }) => result(Number(number) ** 2));
    working.handle("sum", async (_args, { previousResults, result }) => {
      let sum = 0;
      for await (const one of previousResults()) sum += Number(one.result);
      result(sum);
    });
    working.handle("done", async (_args, { previousResults }) => {
      for await (const { result } of previousResults()) sums.push(result);
    });
    await working.start();
    const chain = await client.chain(
      "squares",
      [
        [1, 2, 3].map((number) => ({ type: "square", args: [number], queue })),
        { type: "sum", args: [], queue },
      ],
      { success: { type: "done", args: [], queue } },
    );
    await until(() => sums.length > 0, { what: "the end is told" });
    assert.equal(sums, [14]);
    const squares: unknown[] = [];
    for await (const { result } of chain.results(0)) squares.push(result);
    assert.equal(new Set(squares), new Set([1, 4, 9]));
  }),
);

test(
  "A4.5: branches run at the same time, a job adds to its live stage, an empty one is over at once",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    let arrived = 0;
    const working = worker({ concurrency: 4 });
    working.handle("plain", ([name]) => seen.push(name));
    working.handle("branch", async () => {
      arrived++;
      await until(() => arrived === 2, { what: "the other branch runs too" });
      seen.push("branch");
    });
    working.handle("fan", async ([count], { batch }) => {
      await batch?.pushBulk(
        Array.from({ length: Number(count) }, () => ({ type: "plain", args: ["fanned"], queue })),
      );
      seen.push("fan");
    });
    await working.start();
    const plain = (name: string) => ({ type: "plain", args: [name], queue });
    const branch = { type: "branch", args: [], queue };
    const chain = await client.chain("diamond", [
      plain("a"),
      [{ jobs: branch, description: "left" }, branch],
      { type: "fan", args: [3], queue },
      [],
      plain("d"),
    ]);
    await untilState(chain, "success");
    assert.equal(seen.slice(0, 3), ["a", "branch", "branch"]);
    assert.equal(
      seen
        .slice(3, 7)
        .map(String)
        .toSorted((a, b) => a.localeCompare(b)),
      ["fan", "fanned", "fanned", "fanned"],
    );
    assert.equal(seen.slice(7), ["d"]);
    const { stages } = await chain.status();
    assert.equal(
      stages.map(({ total, bids }) => [total, bids.length]),
      [
        [1, 1],
        [2, 2],
        [4, 1],
        [0, 1],
        [1, 1],
      ],
    );
    assert.is(stages[1]?.batches[0]?.description, "left");
  }),
);

test(
  "A4.6: a stage that takes too long fails the chain, and so does the whole, and that is told",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const working = worker({ concurrency: 4, beatIntervalMs: 50 });
    working.handle(
      "slow",
      (_args, { signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    );
    working.handle("tell", ([what], { callback }) => seen.push([what, callback?.kind]));
    await working.start();
    const slow = { type: "slow", args: [], queue };
    const tell = (what: string) => ({ type: "tell", args: [what], queue });
    const stage = await client.chain(
      "stage",
      [{ jobs: slow, timeoutSeconds: 0.2 }, tell("never")],
      { onFailure: tell("stage") },
    );
    await until(() => seen.length === 1, { what: "the stage's time is up" });
    await until(async () => (await stage.status()).stages[0]?.state === "cancelled", {
      what: "the stage is cancelled",
    });
    const { batches } = (await stage.status()).stages[0] ?? {};
    assert.is(batches?.[0]?.cancel?.by, "deadline");
    const whole = await client.chain("whole", [slow, tell("never")], {
      timeoutSeconds: 0.2,
      onFailure: tell("whole"),
    });
    await untilState(whole, "cancelled");
    await until(() => seen.length === 2, { what: "the time of the whole is up" });
    assert.equal(seen, [
      ["stage", "death"],
      ["whole", "death"],
    ]);
  }),
);

test(
  "A4.6: what had succeeded is undone in reverse order, with its results, and then the failure is told",
  withWorkers(async ({ client, worker, queue }) => {
    const seen: unknown[] = [];
    const working = worker({ concurrency: 4 });
    working.handle("book", ([name], { result }) => {
      seen.push(name);
      if (name === "car") throw new Error("none left");
      result({ booking: name });
    });
    working.handle("unbook", async ([name], { previousResults }) => {
      for await (const { result } of previousResults()) seen.push([name, result]);
    });
    working.handle("tell", ([text]) => seen.push(text));
    await working.start();
    const book = (name: string) => ({
      jobs: { type: "book", args: [name], queue, retry: -1 },
      compensate: { type: "unbook", args: [name], queue },
    });
    const chain = await client.chain(
      "journey",
      [book("train"), [book("hotel"), book("tour")], book("car"), book("boat")],
      { onFailure: { type: "tell", args: ["told"], queue }, tags: ["tenant-7"] },
    );
    await until(() => seen.includes("told"), { what: "the failure is told", withinMs: 20_000 });
    assert.is(seen[0], "train");
    assert.equal(
      seen
        .slice(1, 3)
        .map(String)
        .toSorted((a, b) => a.localeCompare(b)),
      ["hotel", "tour"],
    );
    assert.is(seen[3], "car");
    assert.equal(
      new Set(seen.slice(4, 6).map((one) => JSON.stringify(one))),
      new Set(['["hotel",{"booking":"hotel"}]', '["tour",{"booking":"tour"}]']),
    );
    assert.equal(seen.slice(6), [["train", { booking: "train" }], "told"]);
    await untilState(chain, "cancelled");
    const compensations: unknown[] = [];
    for await (const { description, state } of client.batches.list({
      key: `compensation:${chain.bid}`,
    })) {
      compensations.push([description, state]);
    }
    assert.is(compensations.length, 1);
    const found: string[] = [];
    for await (const { description } of client.batches.list({ tag: "tenant-7" }))
      found.push(description);
    assert.equal(found, ["compensation of journey", "journey"]);
  }),
);

test(
  "A4.7: whoever cancels a chain cancels all of it, to any depth",
  withWorkers(async ({ client, worker, queue }) => {
    let running = 0;
    const ran: unknown[] = [];
    const working = worker({ concurrency: 4, beatIntervalMs: 50 });
    working.handle("long", async (_args, { signal, batch }) => {
      await batch?.batch({ tags: ["inner"] }, (nested) => nested.push("longer", [], { queue }));
      running++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    working.handle("longer", async (_args, { signal }) => {
      running++;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    working.handle("never", () => ran.push("never"));
    await working.start();
    const long = { type: "long", args: [], queue };
    const chain = await client.chain("deep", [[long, long], { type: "never", args: [], queue }]);
    await until(() => running === 4, { what: "all run" });
    await chain.cancel({ reason: "moved", by: "ann" });
    await untilState(chain, "cancelled");
    const tree = await client.batches.tree(chain.bid);
    const nested = tree.batches.flatMap(({ batches }) => batches);
    assert.equal(
      [tree, ...tree.batches, ...nested].map(({ state, cancel }) => [state, cancel?.by]),
      Array.from({ length: 5 }, () => ["cancelled", "ann"]),
    );
    assert.equal(ran, []);
  }),
);

test.run();
