import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openEngine, withEngine } from "../../kit/engine.ts";
import { begin, fetch, goOn, refusal, running } from "../../kit/tree.ts";

// What is asked of runs of many jobs, by the numbers of the acceptance tests; those that are about the SDK
// are in test/e2e.

const test = suite("engine/batch-runs");

const QUEUE = "q";

test(
  "A0.1 of what is begun each second and takes five, one runs at a time, and what was skipped is counted",
  withEngine(async (world) => {
    const { engine, push, clock } = world;
    const key = { name: "sync:7", overlap: "skip" as const };
    const bids: string[] = [];
    const ends = new Map<string, number>();
    let refused = 0;
    for (let second = 0; second < 60; second++) {
      const told = await refusal(begin(world, { key }).then((bid) => bids.push(bid)));
      if (told === "nothing was refused") {
        const bid = bids.at(-1) ?? "";
        await push(`run-${second}`, { batch: bid });
        await engine.batches.commit(bid);
      } else {
        assert.match(told, /^OVERLAP batch b-\S+ has the key "sync:7", and has not ended$/);
        refused++;
      }
      await goOn(world);
      const jid = await fetch(world);
      if (jid !== undefined) ends.set(jid, clock.now() + 5_000);
      assert.ok(ends.size <= 1, "one runs at a time");
      clock.advance(1_000);
      for (const [ended, at] of ends) {
        if (at > clock.now()) continue;
        await engine.jobs.ack(ended);
        ends.delete(ended);
      }
    }
    assert.is(bids.length, 12);
    const statuses = await Promise.all(bids.map((bid) => engine.batches.status(bid)));
    assert.is(
      statuses.reduce((sum, { skipped }) => sum + skipped, 0),
      refused,
    );
    assert.is(refused, 48);
  }),
);

test(
  "A0.3 of a batch with batches in it 1,000 that wait never start, 50 that run are told, and with the last of them it is over",
  withEngine(async (world) => {
    const { engine, push, store, state } = world;
    const root = await begin(world, { isHeld: true });
    const children = [
      await begin(world, { parent: root, isHeld: true }),
      await begin(world, { parent: root, isHeld: true }),
    ];
    for (const bid of [...children, root]) await engine.batches.commit(bid);
    await goOn(world);
    for (let count = 0; count < 1_050; count++) {
      await push(`job-${count}`, { batch: children[count % 2] ?? root });
    }
    const runs: { jid: string; token: number }[] = [];
    while (runs.length < 50) {
      const got = await store.reserve({ wid: "w", queues: [QUEUE], leaseMs: 30_000 });
      runs.push({ jid: got?.jid ?? "", token: got?.token ?? 0 });
    }
    await engine.cancellations.cancelBatch(root, { reason: "moved", by: "ann" }, running);
    assert.is(await fetch(world), undefined, "from now on, whoever has called off what by then");
    await goOn(world);
    const renewed = await engine.jobs.renew(runs);
    assert.is(renewed.calledOff.length, 50);
    assert.equal(new Set(renewed.calledOff.map(({ reason, by }) => `${reason} ${by}`)).size, 1);
    assert.is((await engine.batches.status(root)).state, "cancelling");
    for (const { jid, token } of runs.slice(1)) await engine.jobs.ack(jid, token);
    assert.is((await engine.batches.status(root)).state, "cancelling");
    await engine.jobs.ack(runs[0]?.jid ?? "", runs[0]?.token);
    const { state: told, cancel } = await engine.batches.status(root);
    assert.equal([told, cancel?.reason, cancel?.by], ["cancelled", "moved", "ann"]);
    assert.is(Object.keys((await state()).cancelled).length, 1_050);
  }),
);

test(
  "A0.4 what a member pushes when its batch, or one around it, is called off is refused",
  withEngine(async (world) => {
    const { engine, push, store } = world;
    const root = await begin(world, { isHeld: true });
    const child = await begin(world, { parent: root, isHeld: true });
    for (const bid of [child, root]) await engine.batches.commit(bid);
    await goOn(world);
    await push("a", { batch: child });
    const got = await store.reserve({ wid: "w", queues: [QUEUE], leaseMs: 30_000 });
    await store.batches.cancel(root, { at: 1, by: "ann" });
    const cancelled = `CANCELLED batch ${root} was cancelled by ann`;
    assert.is(await refusal(push("late-1", { batch: child })), cancelled);
    const onBehalf = { jid: "a", token: got?.token ?? 0 };
    assert.match(
      await refusal(push("late-2", { onBehalf })),
      /^CANCELLED job a is being cancelled/,
    );
    assert.is(
      await refusal(begin(world, { parent: child, isHeld: true })),
      `CANCELLED batch ${root} was cancelled`,
    );
    await goOn(world);
    assert.is(await fetch(world), undefined);
  }),
);

test(
  "A0.6 when the broker that was asked is gone another one goes on by itself, to any depth",
  withEngine(async (world) => {
    const { engine, push, store, namespace, clock } = world;
    const bids: string[] = [];
    for (let depth = 0; depth < 20; depth++) {
      bids.push(await begin(world, { parent: bids.at(-1), isHeld: true }));
      await push(`job-${depth}`, { batch: bids.at(-1) ?? "" });
    }
    for (const bid of bids.toReversed()) await engine.batches.commit(bid);
    await goOn(world);
    const jid = await fetch(world);
    // No more than the first step, of all that CANCEL does.
    await store.batches.cancel(bids[0] ?? "", { at: clock.now() });
    const other = await openEngine({ namespace, clock });
    try {
      await goOn(other);
      assert.is((await other.engine.batches.status(bids[0] ?? "")).state, "cancelling");
      await other.engine.jobs.ack(jid ?? "");
      await goOn(other);
      for (const bid of bids) {
        assert.is((await other.engine.batches.status(bid)).state, "cancelled");
      }
    } finally {
      other.close();
    }
  }),
);

test(
  "A0.7 the runs of a key are listed with all that is asked of them, also when their jobs are gone",
  withEngine(async (world) => {
    const { engine, push, clock, store } = world;
    const key = { name: "sync:7", overlap: "queue" as const };
    const bids: string[] = [];
    for (const run of ["good", "bad", "unwanted"]) {
      const bid = await begin(world, { key, description: run });
      await push(`${run}-1`, { batch: bid, retry: -1 });
      await engine.batches.commit(bid);
      await goOn(world);
      clock.advance(1_000);
      await fetch(world);
      const report = { errtype: "E", message: "m", backtrace: [] };
      if (run === "good") await engine.jobs.ack("good-1");
      if (run === "bad") {
        await store.fail({ jid: "bad-1", report, jitter: 0, cause: "reported" });
      }
      if (run === "unwanted") {
        await engine.cancellations.cancelBatch(bid, { reason: "moved", by: "ann" }, running);
        await engine.jobs.ack("unwanted-1");
      }
      bids.unshift(bid);
    }
    await store.purgeDead({ diedBefore: Number.POSITIVE_INFINITY, keep: 0 });
    await store.cancels.purge({ endedBefore: clock.now() + 1, keep: 0 });
    const { batches } = await engine.batches.list({ key: key.name, count: 25 });
    const start = clock.now();
    assert.equal(
      batches.map(({ bid, description, state, total, pending, failed, ...more }) => [
        ...[bid, description, state, total, pending, failed],
        ...[more.startedAt, more.endedAt, more.cancel?.reason, more.cancel?.by],
      ]),
      [
        [bids[0], "unwanted", "cancelled", 1, 0, 1, start - 1_000, start, "moved", "ann"],
        [bids[1], "bad", "blocked", 1, 0, 1, start - 2_000, start - 1_000, undefined, undefined],
        [bids[2], "good", "success", 1, 0, 0, start - 3_000, start - 2_000, undefined, undefined],
      ],
    );
  }),
);

test(
  "A4.2 five levels of batches, with complete and success each: every one waits for those in it to succeed",
  withEngine(async (world) => {
    const { engine, push } = world;
    const call = (jid: string) =>
      Buffer.from(`{"jid":"${jid}","jobtype":"Called","queue":"calls"}`);
    const bids: string[] = [];
    for (let level = 1; level <= 5; level++) {
      const callbacks = { complete: call(`complete-${level}`), success: call(`success-${level}`) };
      const bid = await begin(world, { parent: bids.at(-1), callbacks });
      await push(`member-${level}`, { batch: bid });
      bids.push(bid);
    }
    for (const bid of bids) await engine.batches.commit(bid);
    for (let level = 1; level <= 5; level++) {
      assert.is(await fetch(world), `member-${level}`);
      assert.is(await fetch(world, "calls"), undefined);
      await engine.jobs.ack(`member-${level}`);
    }
    for (let level = 5; level >= 1; level--) {
      for (const kind of ["complete", "success"]) {
        const jid = `${kind}-${level}`;
        assert.is(await fetch(world, "calls"), jid);
        assert.is(await fetch(world, "calls"), undefined, `nothing else while ${jid} runs`);
        await engine.jobs.ack(jid);
      }
    }
    for (const bid of bids) assert.is((await engine.batches.status(bid)).state, "success");
  }),
);

test.run();
