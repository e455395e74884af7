import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type TestEngine, withEngine } from "../../kit/engine.ts";
import { EMPTY } from "../../kit/state.ts";
import { begin, goOn, refusal, running } from "../../kit/tree.ts";

const test = suite("engine/batches");

const QUEUE = "q";

const callback = (jid: string, queue = "callbacks") =>
  Buffer.from(JSON.stringify({ jid, jobtype: "Called", queue }));

/** The jids of all that can be fetched, in their order; they stay with the worker. */
async function fetchAll(world: TestEngine, ...queues: string[]): Promise<string[]> {
  const client = world.client("w");
  const names = queues.length > 0 ? queues : [QUEUE, "callbacks"];
  for (;;) {
    const reserved = await world.store.reserve({ wid: "w", queues: names });
    if (reserved === undefined) return client.answers;
    client.answers.push(reserved.jid);
  }
}

test(
  "of a key one runs, and another is told which, which counts it",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "sync:7", overlap: "skip" as const };
    const first = await begin(world, { key });
    await push("a", { batch: first });
    await engine.batches.commit(first);
    const told = `OVERLAP batch ${first} has the key "sync:7", and has not ended`;
    assert.is(await refusal(begin(world, { key })), told);
    assert.is(await refusal(begin(world, { key })), told);
    await begin(world, { key: { ...key, name: "sync:8" } });
    await goOn(world);
    assert.equal(await fetchAll(world), ["a"]);
    await engine.jobs.ack("a");
    const { state, skipped, endedAt } = await engine.batches.status(first);
    assert.equal([state, skipped, endedAt], ["success", 2, world.clock.now()]);
    await begin(world, { key });
  }),
);

test(
  "those that are to queue run one after the other, in their order",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "sync:7", overlap: "queue" as const };
    for (const jid of ["a", "b", "c"]) {
      const bid = await begin(world, { key });
      await push(jid, { batch: bid });
      await engine.batches.commit(bid);
    }
    for (const jid of ["a", "b", "c"]) {
      await goOn(world);
      assert.equal(await fetchAll(world), [jid]);
      await engine.jobs.ack(jid);
    }
  }),
);

test(
  "one that cancels the others waits until nothing of them runs",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "sync:7", overlap: "cancel-and-wait" as const };
    const first = await begin(world, { key, callbacks: { success: callback("first-won") } });
    await push("a", { batch: first });
    await push("b", { batch: first });
    await engine.batches.commit(first);
    await goOn(world);
    await world.store.reserve({ wid: "w", queues: [QUEUE] });
    const second = await begin(world, { key });
    await push("c", { batch: second });
    await engine.batches.commit(second);
    await goOn(world);
    assert.equal(await fetchAll(world), []);
    const { state, cancel } = await engine.batches.status(first);
    assert.equal(
      [state, cancel?.reason, cancel?.by],
      ["cancelling", "another run of its key", second],
    );
    await engine.jobs.ack("a");
    await goOn(world);
    assert.is((await engine.batches.status(first)).state, "cancelled");
    assert.equal(await fetchAll(world), ["c"]);
  }),
);

test(
  "one that is tried again takes its key again, unless another has it",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "sync:7", overlap: "skip" as const };
    const first = await begin(world, { key });
    await push("a", { batch: first, retry: -1 });
    await engine.batches.commit(first);
    await goOn(world);
    await fetchAll(world);
    const report = { errtype: "E", message: "m", backtrace: [] };
    await world.store.fail({ jid: "a", report, jitter: 0, cause: "reported" });
    assert.is((await engine.batches.status(first)).state, "blocked");
    const second = await begin(world, { key });
    const told = `OVERLAP batch ${second} has its key, and has not ended`;
    assert.is(await refusal(engine.batches.retry(first)), told);
    await engine.cancellations.cancelBatch(second, {}, running);
    await engine.batches.retry(first);
    await goOn(world);
    assert.is(
      await refusal(begin(world, { key })),
      `OVERLAP batch ${first} has the key "sync:7", and has not ended`,
    );
    assert.equal(await fetchAll(world), ["a"]);
  }),
);

test(
  "what is tried again calls nobody before the batches in it are tried again as well",
  withEngine(async (world) => {
    const { engine, push } = world;
    const root = await begin(world, { callbacks: { complete: callback("complete") } });
    const child = await begin(world, { parent: root });
    await push("a", { batch: child });
    for (const bid of [child, root]) await engine.batches.commit(bid);
    await engine.cancellations.cancelBatch(root, {}, running);
    await goOn(world);
    assert.is((await engine.batches.status(root)).state, "cancelled");
    await engine.batches.retry(root);
    assert.is(await refusal(engine.batches.retry(root)), "nothing was refused");
    await goOn(world);
    assert.equal(await fetchAll(world), ["a"]);
    await engine.jobs.ack("a");
    assert.equal(await fetchAll(world), ["complete"]);
  }),
);

test(
  "whom it concerns is told at once when it is called off, before any that wait",
  withEngine(async (world) => {
    const { engine, push, client, flaky, state } = world;
    const bid = await begin(world, { tags: ["t"] });
    await push("z-runs", { batch: bid });
    await engine.batches.commit(bid);
    await goOn(world);
    await client("w").fetch(QUEUE);
    for (let count = 0; count < 250; count++) await push(`job-${count}`, { batch: bid });
    const release = flaky.hold("cancels.sweepGroup");
    const answered = engine.cancellations.cancelBatch(bid, { by: "ann" }, running);
    await flaky.untilHeld("cancels.sweepGroup");
    assert.equal((await state()).cancelling, ["z-runs"]);
    release();
    const { state: told, cancel } = await answered;
    assert.equal([told, cancel?.by], ["cancelling", "ann"]);
    await engine.jobs.ack("z-runs");
    assert.is((await engine.batches.status(bid)).state, "cancelled");
  }),
);

test(
  "when its time is up it has failed and is cancelled, and so has what is around it",
  withEngine(async (world) => {
    const { engine, push, clock } = world;
    const whole = await begin(world, {
      isHeld: true,
      callbacks: { death: callback("whole-died") },
    });
    const first = await begin(world, { parent: whole, isHeld: true });
    const callbacks = { death: callback("step-died") };
    const step = await begin(world, {
      parent: whole,
      after: [first],
      timeoutSeconds: 5,
      callbacks,
    });
    await push("a", { batch: step });
    for (const bid of [step, first]) await engine.batches.commit(bid);
    clock.advance(60_000);
    await goOn(world);
    await engine.batches.commit(whole);
    await goOn(world);
    assert.equal(await fetchAll(world), ["a"], "its time begins when it starts");
    clock.advance(4_999);
    await goOn(world);
    assert.is((await engine.batches.status(step)).state, "running");
    clock.advance(1);
    await goOn(world);
    const { state, cancel } = await engine.batches.status(step);
    assert.equal([state, cancel?.by], ["cancelling", "deadline"]);
    assert.equal(await fetchAll(world), ["step-died", "whole-died"]);
    await engine.jobs.ack("a");
    assert.is((await engine.batches.status(step)).state, "cancelled");
    for (const jid of ["step-died", "whole-died"]) await engine.jobs.ack(jid);
    assert.is((await engine.batches.status(whole)).state, "blocked");
  }),
);

test(
  "what was held runs in the order in which it was pushed, and by priority",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bid = await begin(world);
    const jids = Array.from({ length: 250 }, (_, index) => `job-${(index * 7) % 250}`);
    for (const jid of jids) await push(jid, { batch: bid });
    await push("urgent", { batch: bid, priority: 9 });
    assert.equal(await fetchAll(world), []);
    const found = await world.store.catalogue.find("urgent");
    assert.equal([found?.state, found?.dueAt], ["scheduled", undefined]);
    await engine.batches.commit(bid);
    await goOn(world);
    assert.equal(await fetchAll(world), ["urgent", ...jids]);
  }),
);

test(
  "one that was to wait for its own time does, or for its batch, whichever is later",
  withEngine(async (world) => {
    const { engine, push, clock, state } = world;
    const bid = await begin(world);
    const at = clock.now() + 1_000;
    await push("early", { batch: bid, at });
    await push("late", { batch: bid, at: at + 10_000 });
    clock.advance(5_000);
    await goOn(world);
    assert.equal(await fetchAll(world), []);
    await engine.batches.commit(bid);
    await goOn(world);
    assert.equal(await fetchAll(world), ["early"]);
    assert.equal((await state()).scheduled, { late: at + 10_000 });
  }),
);

test(
  "where something has the jid of a callback by then, it is called by another",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bids = [];
    for (let count = 0; count < 2; count++) {
      const bid = await begin(world, { callbacks: { success: callback("done-done") } });
      await engine.batches.commit(bid);
      bids.push(bid);
    }
    await push("z");
    const [first, second] = await fetchAll(world, "callbacks");
    assert.is(first, "done-done");
    assert.match(second ?? "", /^[\w-]{14}$/);
    for (const jid of [first, second]) await engine.jobs.ack(jid ?? "");
    for (const bid of bids) assert.is((await engine.batches.status(bid)).state, "success");
  }),
);

test(
  "what came of its jobs is kept as long as it is, whatever became of the jobs",
  withEngine(async (world) => {
    const { engine, push, clock, store } = world;
    const bid = await begin(world, { tags: ["t"] });
    for (const jid of ["a", "b"]) await push(jid, { batch: bid });
    await engine.batches.commit(bid);
    await fetchAll(world);
    await store.complete({ jid: "a", forgetAt: clock.now() + 1, result: Buffer.from("1.0") });
    await engine.jobs.ack("b");
    clock.advance(2_000);
    await store.forgetDone();
    const { results, cursor } = await engine.batches.results(bid, "0");
    assert.equal(
      results.map(([jid, json]) => [jid, json.toString()]),
      [["a", "1.0"]],
    );
    assert.is(cursor, undefined);
  }),
);

test(
  "a week after the outermost has ended nothing of it is left",
  withEngine(async (world) => {
    const { engine, push, clock, state, store } = world;
    const key = { name: "k", overlap: "skip" as const };
    const root = await begin(world, { key, tags: ["t"] });
    const child = await begin(world, { parent: root, timeoutSeconds: 60 });
    const next = await begin(world, { parent: root, after: [child] });
    await push("a", { batch: child });
    for (const bid of [next, child, root]) await engine.batches.commit(bid);
    await goOn(world);
    await fetchAll(world);
    await store.complete({ jid: "a", forgetAt: clock.now() + 1, result: Buffer.from("1") });
    await goOn(world);
    assert.is((await engine.batches.status(root)).state, "success");
    clock.advance(7 * 86_400_000);
    await goOn(world);
    assert.is((await engine.batches.tree(root)).batches.length, 2);
    clock.advance(1);
    await goOn(world);
    assert.is(await refusal(engine.batches.status(child)), `ERR No such batch ${child}`);
    assert.equal((await state()).batches, {});
  }),
);

test(
  "FLUSH leaves nothing of batches",
  withEngine(async (world) => {
    const { engine, push, state } = world;
    const root = await begin(world, { key: { name: "k", overlap: "queue" }, tags: ["t"] });
    const child = await begin(world, { parent: root, timeoutSeconds: 60 });
    await begin(world, { parent: root, after: [child], afterEnd: [child] });
    await begin(world, { key: { name: "k", overlap: "queue" } });
    await push("a", { batch: child });
    await engine.cancellations.cancelBatch(child, {}, running);
    await engine.flush();
    const { batches, groups, ties, scheduled } = await state();
    assert.equal(
      { batches, groups, ties, scheduled },
      { batches: EMPTY.batches, groups: {}, ties: {}, scheduled: {} },
    );
  }),
);

test(
  "batches are listed, the youngest first, by key, by tag, or all that are in no other",
  withEngine(async (world) => {
    const { engine, clock } = world;
    const bids: string[] = [];
    for (let count = 0; count < 5; count++) {
      const key = { name: `k${count % 2}`, overlap: "queue" as const };
      bids.unshift(await begin(world, { key, tags: count < 2 ? ["old"] : ["new"] }));
      await begin(world, { parent: bids[0], isHeld: true });
      if (count !== 2) clock.advance(1);
    }
    const list = async (request: object) => {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await engine.batches.list({ count: 2, ...request, ...(cursor && { cursor }) });
        found.push(...page.batches.map(({ bid }) => bid));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return found;
    };
    // The two of the same moment are in the order of their names.
    const same = bids.slice(1, 3).toSorted().toReversed();
    const all = [bids[0], ...same, ...bids.slice(3)];
    assert.equal(await list({}), all);
    assert.equal(await list({ key: "k1" }), [bids[1], bids[3]]);
    assert.equal(await list({ tag: "old" }), bids.slice(3));
    assert.equal(await list({ tag: "nobody's" }), []);
  }),
);

test.run();
