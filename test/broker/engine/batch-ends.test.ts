import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newJob, type TestEngine, withEngine } from "../../kit/engine.ts";
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

// How batches come to their ends, whatever is done to them late.

const test = suite("engine/batch-ends");

/** Works off all there is; resolves with what has run. */
async function work(world: TestEngine): Promise<string[]> {
  const ran: string[] = [];
  for (let jid = await fetch(world); jid !== undefined; jid = await fetch(world)) {
    ran.push(jid);
    await world.engine.jobs.ack(jid);
    await goOn(world);
  }
  return ran;
}

test(
  "what no batch is named is no batch, and nobody else's jobs suffer from it",
  withEngine(async (world) => {
    const { engine, push, state } = world;
    const bid = await begin(world);
    const before = await state();
    for (const name of ["all", "uncommitted", "list:", `${bid}:children`]) {
      const other = push(`beside ${name}`);
      assert.is(await refusal(push("j1", { batch: name })), `ERR No such batch ${name}`);
      await other;
      await engine.interventions.delete(`beside ${name}`);
    }
    assert.equal((await state()).batches, before.batches);
  }),
);

test(
  "one that is named twice is waited for once",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "k", overlap: "queue" } as const;
    const first = await begin(world, { key });
    const second = await begin(world, { key, after: [first, first], afterEnd: [first] });
    await push("j1", { batch: first });
    await push("j2", { batch: second });
    await engine.batches.commit(first);
    await engine.batches.commit(second);
    await goOn(world);
    assert.equal(await work(world), ["j1", "j2"]);
    assert.is(await stateOf(world, second), "success");
  }),
);

test(
  "a run that has ended is neither tried again nor joined while another has its key",
  withEngine(async (world) => {
    const { engine, push } = world;
    const key = { name: "k", overlap: "skip" } as const;
    const outer = await begin(world);
    const old = await begin(world, { parent: outer, key });
    await push("old", { batch: old, retry: -1 });
    await engine.batches.commit(old);
    await engine.batches.commit(outer);
    await goOn(world);
    await fetch(world);
    await fail(world, "old");
    const next = await begin(world, { key });
    await push("next", { batch: next });
    await engine.batches.commit(next);
    await goOn(world);
    assert.is(await fetch(world), "next");
    await engine.batches.retry(outer);
    await goOn(world);
    assert.is(await fetch(world), undefined);
    assert.equal([await stateOf(world, outer), await stateOf(world, old)], ["blocked", "blocked"]);
    const late = `OVERLAP batch ${next} has the key of its batch, and has not ended`;
    assert.is(await refusal(push("late", { batch: old })), late);
    const around = `OVERLAP batch ${next} has the key of one around it, and has not ended`;
    assert.is(await refusal(begin(world, { parent: old, isHeld: true })), around);
    await engine.jobs.ack("next");
    await engine.batches.retry(outer);
    await goOn(world);
    assert.equal(await work(world), ["old"]);
    assert.is(await stateOf(world, outer), "success");
  }),
);

/** Two, one in the other, that have succeeded, and one that is begun in them after that, and waits. */
async function lateWaiting(world: TestEngine) {
  const { engine, push } = world;
  const outer = await begin(world, { callbacks: { success: callback } });
  const inner = await begin(world, { parent: outer, callbacks: { success: callback } });
  await engine.batches.commit(inner);
  await engine.batches.commit(outer);
  await work(world);
  assert.is(await stateOf(world, outer), "success");
  const before = await begin(world);
  await push("before", { batch: before });
  const late = await begin(world, { parent: inner, after: [before] });
  await push("late", { batch: late });
  await engine.batches.commit(late);
  await goOn(world);
  return { outer, inner, before, late };
}

test(
  "what still waits in batches that have succeeded keeps them from being forgotten",
  withEngine(async (world) => {
    const { engine, clock, state } = world;
    const { before, late } = await lateWaiting(world);
    await engine.batches.commit(before);
    clock.advance(8 * DAY_MS);
    await goOn(world);
    assert.is(await stateOf(world, late), "waiting");
    assert.equal(await work(world), ["before", "late"]);
    clock.advance(8 * DAY_MS);
    await goOn(world);
    assert.equal((await state()).batches, {});
  }),
);

test(
  "and is called off with them",
  withEngine(async (world) => {
    const { engine } = world;
    const { outer, late } = await lateWaiting(world);
    await engine.cancellations.cancelBatch(outer, {}, running);
    await goOn(world);
    assert.equal(
      [await stateOf(world, outer), await stateOf(world, late)],
      ["cancelled", "cancelled"],
    );
  }),
);

test(
  "a late member of a batch that has succeeded is tried again with the one around",
  withEngine(async (world) => {
    const { engine, push } = world;
    const outer = await begin(world, { callbacks: { success: callback } });
    const inner = await begin(world, { parent: outer, callbacks: { success: callback } });
    await engine.batches.commit(inner);
    await engine.batches.commit(outer);
    await work(world);
    await push("late", { batch: inner, retry: -1 });
    await fetch(world);
    await fail(world, "late");
    await engine.batches.retry(outer);
    await goOn(world);
    assert.equal(await work(world), ["late"]);
  }),
);

test(
  "a callback whose jid is taken when it is called again has another",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bid = await begin(world, { callbacks: { complete: callback } });
    await engine.batches.commit(bid);
    const lost = (await fetch(world)) ?? "";
    await engine.jobs.handBack(lost);
    await engine.interventions.delete(lost);
    await push(lost, { queue: "other" });
    await engine.batches.retry(bid);
    await goOn(world);
    assert.is((await work(world)).length, 1);
    assert.is(await stateOf(world, bid), "success");
  }),
);

test(
  "FLUSH leaves nothing, also of one that is forgotten while something is left to be done",
  withEngine(async (world) => {
    const { engine, clock, store, redis, keys } = world;
    const first = await begin(world, { meta: Buffer.from("1") });
    await begin(world, { parent: first });
    await begin(world, { after: [first] });
    clock.advance(HALF_AN_HOUR_MS);
    await engine.batches.expire();
    await store.flush();
    assert.equal(await redis.keys(`${keys.batch.replace(/[{}]/g, "?")}*`), []);
  }),
);

test(
  "one in another that held its jobs and was not committed is listed by itself",
  withEngine(async (world) => {
    const { engine, clock } = world;
    const outer = await begin(world, { isHeld: true });
    await engine.batches.commit(outer);
    const inner = await begin(world, { parent: outer, isHeld: true });
    clock.advance(HALF_AN_HOUR_MS);
    await goOn(world);
    const { batches } = await engine.batches.list({ count: 25 });
    assert.equal(new Set(batches.map(({ bid }) => bid)), new Set([outer, inner]));
    const expected = `CANCELLED batch ${inner} was cancelled by millrace: it was not committed`;
    assert.is(await refusal(engine.batches.commit(inner)), expected);
  }),
);

test(
  "jobs that are let go in several steps keep their order, however fast these follow each other",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bid = await begin(world, { isHeld: true });
    // So that they do not come in the order of their names.
    const jids = Array.from({ length: 250 }, (_, index) => `j${999 - index}`);
    for (const jid of jids) await push(jid, { batch: bid });
    await engine.batches.commit(bid);
    let isMore = true;
    while (isMore) ({ isMore } = await engine.batches.doChores());
    await goOn(world);
    assert.equal(await work(world), jids);
  }),
);

test(
  "the end of a job concerns all batches around it, however deep it is",
  withEngine(async (world) => {
    const { engine, push } = world;
    const bids = [await begin(world, { meta: Buffer.from("1") })];
    while (bids.length < 120) {
      bids.push(await begin(world, { parent: bids.at(-1), meta: Buffer.from("1") }));
    }
    await push("j1", { batch: bids.at(-1) ?? "" });
    for (const bid of bids) await engine.batches.commit(bid);
    await fetch(world);
    await engine.jobs.ack("j1");
    assert.is(await stateOf(world, bids.at(-1) ?? ""), "success");
    await goOn(world);
    const [outermost = ""] = bids;
    assert.is(await stateOf(world, outermost), "success");
    assert.ok((await engine.batches.status(outermost)).endedAt);
  }),
);

test(
  "many batches whose last jobs are acknowledged at once all end",
  withEngine(async (world) => {
    const { engine, store } = world;
    const bids = await Promise.all(
      Array.from({ length: 100 }, () => begin(world, { callbacks: { success: callback } })),
    );
    const jobs = bids.map((bid, index) =>
      newJob(`j${index}`, { batch: bid, enqueuedAt: 1 } as object),
    );
    await Promise.all(jobs.map((job) => store.push(job)));
    for (const bid of bids) await engine.batches.commit(bid);
    for (const _ of jobs) await fetch(world);
    await Promise.all(jobs.map(({ jid }) => engine.jobs.ack(jid)));
    assert.is((await store.sizes()).queues.get("q"), 100);
  }),
);

test.run();
