import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withEngine } from "../../kit/engine.ts";
import {
  begin,
  callback,
  DAY_MS,
  fail,
  fetch,
  goOn,
  HALF_AN_HOUR_MS,
  refusal,
  running,
  stateOf,
} from "../../kit/tree.ts";

// What happens to batches while something else does.

const test = suite("engine/batch-odds");

test(
  "a batch that nobody committed does not expire while it is called off with the one around it",
  withEngine(async (world) => {
    const { engine, push, clock, state } = world;
    for (const isHeld of [false, true]) {
      const root = await begin(world, { isHeld: true });
      const callbacks = { success: Buffer.from('{"jobtype":"Won"}') };
      // In one that has not started every batch waits.
      if (!isHeld) await engine.batches.commit(root);
      const child = await begin(world, { parent: root, callbacks, isHeld });
      if (!isHeld) await push("runs", { batch: child });
      if (!isHeld) assert.is(await fetch(world), "runs");
      await engine.cancellations.cancelBatch(root, { by: "ann" }, running);
      await goOn(world);
      clock.advance(HALF_AN_HOUR_MS);
      await goOn(world);
      if (!isHeld) await engine.jobs.ack("runs");
      assert.is(await stateOf(world, root), "cancelled");
      assert.is((await engine.batches.status(child)).cancel?.by, "ann");
    }
    clock.advance(7 * DAY_MS + 1);
    await goOn(world);
    const { batches, groups } = await state();
    assert.equal(batches, {});
    assert.equal(
      Object.values(groups).filter(({ cancellation }) => cancellation !== undefined),
      [],
    );
  }),
);

test(
  "one that is tried again keeps its place before those that wait for its key",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "k", overlap: "queue" as const };
    const first = await begin(world, { key });
    const stage = await begin(world, { parent: first, isHeld: true });
    await begin(world, { parent: first, after: [stage] });
    await push("a", { batch: stage, retry: -1 });
    for (const bid of [stage, first]) await engine.batches.commit(bid);
    await goOn(world);
    await begin(world, { key });
    for (let time = 0; time < 3; time++) {
      assert.is(await fetch(world), "a");
      await fail(world, "a");
      assert.is(await stateOf(world, first), "blocked");
      await engine.batches.retry(first);
      await goOn(world);
    }
  }),
);

test(
  "nothing of a run that has ended is tried again while another has its key",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "k", overlap: "skip" as const };
    const first = await begin(world, { key });
    const stage = await begin(world, { parent: first, isHeld: true });
    await push("a", { batch: stage, retry: -1 });
    for (const bid of [stage, first]) await engine.batches.commit(bid);
    await goOn(world);
    await fetch(world);
    await fail(world, "a");
    const second = await begin(world, { key });
    const told = `OVERLAP batch ${second} has its key, and has not ended`;
    assert.is(await refusal(engine.batches.retry(stage)), told);
    await engine.interventions.retry("a").catch(() => {});
    await goOn(world);
    assert.is(await fetch(world), undefined);
    await engine.cancellations.cancelBatch(second, {}, running);
    await engine.batches.retry(stage);
    await goOn(world);
    assert.is(await fetch(world), "a");
    assert.match(await refusal(begin(world, { key })), /^OVERLAP /);
  }),
);

test(
  "one that never was committed is not tried again",
  withEngine(async (world) => {
    const { engine, clock } = world;
    const bid = await begin(world);
    clock.advance(HALF_AN_HOUR_MS);
    await goOn(world);
    assert.is(await stateOf(world, bid), "cancelled");
    const told = `ERR batch ${bid} was never committed: begin another`;
    assert.is(await refusal(engine.batches.retry(bid)), told);
  }),
);

test(
  "a batch does not wait for the key of one that it is in, and calls that off neither",
  withEngine(async (world) => {
    for (const overlap of ["queue", "cancel-and-wait"] as const) {
      const key = { name: overlap, overlap };
      const root = await begin(world, { key });
      const told = `ERR a batch can't wait for ${root}, which it is in`;
      assert.is(await refusal(begin(world, { parent: root, key })), told);
      assert.is(await stateOf(world, root), "open");
    }
  }),
);

test(
  "what joins a batch that has ended keeps it, as long as that takes",
  withEngine(async (world) => {
    const { engine, push, clock } = world;
    const root = await begin(world);
    await engine.batches.commit(root);
    await goOn(world);
    assert.is(typeof (await engine.batches.status(root)).endedAt, "number");
    clock.advance(6 * DAY_MS);
    const child = await begin(world, { parent: root, isHeld: true });
    await push("a", { batch: child });
    await engine.batches.commit(child);
    clock.advance(6 * DAY_MS);
    await goOn(world);
    assert.is(await stateOf(world, root), "running");
    await fetch(world);
    await engine.jobs.ack("a");
    assert.is((await engine.batches.status(root)).endedAt, clock.now());
  }),
);

test(
  "a retry that is called off before it has begun may be given again",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bid = await begin(world);
    await push("a", { batch: bid });
    await engine.batches.commit(bid);
    await engine.cancellations.cancelBatch(bid, {}, running);
    await engine.batches.retry(bid);
    await engine.cancellations.cancelBatch(bid, {}, running);
    await engine.batches.retry(bid);
    await goOn(world);
    assert.is(await fetch(world), "a");
  }),
);

test(
  "a job that was deleted and is held by another batch is let go by that alone",
  withEngine(async (world) => {
    const { engine, push, store } = world;
    const [first, second] = [await begin(world), await begin(world)];
    await push("a", { batch: first });
    await store.catalogue.delete("a");
    await push("a", { batch: second });
    await engine.batches.commit(first);
    await goOn(world);
    assert.is(await fetch(world), undefined);
    await engine.batches.commit(second);
    await goOn(world);
    assert.is(await fetch(world), "a");
  }),
);

test(
  "a stage that is tried again has its time again",
  withEngine(async (world) => {
    const { engine, push, clock } = world;
    const bid = await begin(world, { isHeld: true, timeoutSeconds: 5 });
    await push("a", { batch: bid });
    await engine.batches.commit(bid);
    clock.advance(5_000);
    await goOn(world);
    assert.is(await stateOf(world, bid), "cancelled");
    await engine.batches.retry(bid);
    await goOn(world);
    assert.is(await stateOf(world, bid), "running");
    clock.advance(5_000);
    await goOn(world);
    assert.is(await stateOf(world, bid), "cancelled");
  }),
);

test(
  "those in a batch that was forgotten are outermost ones, and forgotten in their time",
  withEngine(async (world) => {
    const { engine, push, clock, state } = world;
    const outer = await begin(world, { callbacks: { success: callback } });
    const [ended, open] = [
      await begin(world, { parent: outer, meta: Buffer.from("1") }),
      await begin(world, { parent: outer, meta: Buffer.from("2") }),
    ];
    await engine.batches.commit(ended);
    await engine.batches.commit(open);
    await push("j1", { batch: open });
    clock.advance(HALF_AN_HOUR_MS);
    await goOn(world);
    const { batches } = await engine.batches.list({ count: 25 });
    assert.equal(new Set(batches.map(({ bid }) => bid)), new Set([ended, open]));
    assert.equal(
      batches.map(({ parent }) => parent),
      [undefined, undefined],
    );
    await fetch(world);
    await engine.jobs.ack("j1");
    clock.advance(8 * DAY_MS);
    await goOn(world);
    assert.equal((await state()).batches, {});
  }),
);

test(
  "a callback of which nothing is left is called again when its batch is tried again",
  withEngine(async (world) => {
    const { engine } = world;
    const bid = await begin(world, { callbacks: { complete: callback, success: callback } });
    await engine.batches.commit(bid);
    for (const kind of ["complete", "success"] as const) {
      const lost = (await fetch(world)) ?? "";
      await engine.jobs.handBack(lost);
      await engine.interventions.delete(lost);
      assert.is(await fetch(world), undefined);
      await engine.batches.retry(bid);
      await goOn(world);
      const again = await fetch(world);
      assert.is(again, lost, kind);
      await engine.jobs.ack(lost);
    }
    assert.is(await fetch(world), undefined);
    assert.is(await stateOf(world, bid), "success");
  }),
);

test(
  "a callback has the tags that it came with",
  withEngine(async (world) => {
    const { engine } = world;
    const tagged = callback.toString().replace(/}$/, ',"custom":{"tags":["of the callback"]}}');
    const bid = await begin(world, { callbacks: { success: Buffer.from(tagged) } });
    await engine.batches.commit(bid);
    await engine.cancellations.cancelTag("of the callback", {}, running);
    await goOn(world);
    assert.is(await fetch(world), undefined);
    assert.is(await stateOf(world, bid), "blocked");
  }),
);

test(
  "one that was called off is not opened",
  withEngine(async (world) => {
    const { engine } = world;
    const bid = await begin(world);
    await engine.batches.open(bid);
    await engine.cancellations.cancelBatch(bid, { by: "ops" }, running);
    const expected = `CANCELLED batch ${bid} was cancelled by ops`;
    assert.is(await refusal(engine.batches.open(bid)), expected);
  }),
);

test(
  "a job that is no longer its worker's begins no batch",
  withEngine(async (world) => {
    const { engine, push, client, state } = world;
    await push("j1");
    const worker = client("w", 30_000);
    await worker.fetch("q");
    const [token = 0] = worker.tokens;
    const onBehalf = { jid: "j1", token };
    const bid = await begin(world, { isHeld: true, onBehalf });
    const before = await state();
    const stale = await refusal(begin(world, { onBehalf: { jid: "j1", token: token - 1 } }));
    assert.match(stale, /^STALE job j1 is being worked on by w /);
    assert.equal(await state(), before);
    await engine.cancellations.cancelJob("j1", { by: "ops" });
    const expected = "CANCELLED job j1 is being cancelled by ops";
    assert.is(await refusal(begin(world, { parent: bid, onBehalf })), expected);
  }),
);

test(
  "a dead job that its batch keeps from being tried again says why",
  withEngine(async (world) => {
    const { engine, push } = world;
    const first = await begin(world, { key: { name: "k", overlap: "skip" } });
    await push("j1", { batch: first, retry: -1 });
    await engine.batches.commit(first);
    await goOn(world);
    await fetch(world);
    await fail(world, "j1");
    const retry = () => refusal(engine.interventions.retry("j1"));
    await engine.cancellations.cancelBatch(first, {}, running);
    await goOn(world);
    assert.is(await retry(), `CANCELLED job j1 is in dead, and batch ${first} was cancelled`);
    const second = await begin(world, { key: { name: "k", overlap: "skip" } });
    const runs = `OVERLAP job j1 is in dead, and batch ${second} has the key of its own, and has not ended`;
    assert.is(await retry(), runs);
  }),
);

test(
  "a batch that would wait for what waits for one around it is not begun",
  withEngine(async (world) => {
    const { state } = world;
    const outer = await begin(world);
    const other = await begin(world, { after: [outer] });
    const third = await begin(world, { afterEnd: [await begin(world, { parent: other })] });
    const inner = await begin(world, { parent: outer });
    const around = await begin(world);
    await begin(world, { parent: around, after: [outer] });
    const before = await state();
    for (const after of [other, third, around]) {
      const expected = `ERR a batch can't wait for ${after}, which waits for one that it is in`;
      assert.is(await refusal(begin(world, { parent: inner, after: [after] })), expected);
    }
    assert.equal(await state(), before);
    await begin(world, { parent: inner, after: [await begin(world, { parent: inner })] });
    await begin(world, { after: [other, third] });
  }),
);

test(
  "neither is one whose key is another's that waits for one around it",
  withEngine(async (world) => {
    const outer = await begin(world);
    const rival = await begin(world, { after: [outer], key: { name: "k", overlap: "skip" } });
    const expected = `ERR a batch can't wait for ${rival}, which waits for one that it is in`;
    const waits = { name: "k", overlap: "queue" } as const;
    assert.is(await refusal(begin(world, { parent: outer, key: waits })), expected);
    assert.is(await stateOf(world, rival), "open");
    // What is called off waits for nothing.
    await begin(world, { parent: outer, key: { name: "k", overlap: "cancel-and-wait" } });
  }),
);

test(
  "what waits for a batch that is forgotten is called off, and never tried again",
  withEngine(async (world) => {
    const { engine, clock, push } = world;
    const first = await begin(world, { meta: Buffer.from("1") });
    const outer = await begin(world);
    const inner = await begin(world, { parent: outer, after: [first] });
    await push("j1", { batch: inner });
    await engine.batches.commit(inner);
    await engine.batches.commit(outer);
    clock.advance(HALF_AN_HOUR_MS);
    await goOn(world);
    const { state, cancel } = await engine.batches.status(inner);
    assert.equal([state, cancel?.reason], ["cancelled", `batch ${first} is forgotten`]);
    const expected = `ERR batch ${inner} waits for ${first}, which is forgotten: begin another`;
    assert.is(await refusal(engine.batches.retry(inner)), expected);
    await engine.batches.retry(outer);
    await goOn(world);
    assert.equal(
      [await stateOf(world, outer), await stateOf(world, inner)],
      ["blocked", "cancelled"],
    );
  }),
);

test.run();
