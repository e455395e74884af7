import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeJob } from "../../../broker/engine/catalogue.ts";
import { type TestEngine, withEngine } from "../../kit/engine.ts";

const test = suite("engine/catalogue");

const LEASE_MS = 30_000;
const STALL_SECONDS = 5;

async function look({ engine }: TestEngine) {
  const found = await engine.catalogue.get("a");
  return describeJob(found, { jobtype: "T", tags: undefined, createdAt: undefined });
}

/** The job "a" is being worked on, and has told nothing for as long as it was to be silent at most. */
async function stall({ engine, store, push, client, clock, seed }: TestEngine): Promise<void> {
  await push("a");
  await client("w", LEASE_MS).fetch("q");
  await engine.progress.note({
    jid: "a",
    percent: 5,
    stall: { seconds: STALL_SECONDS, policy: "warn" },
  });
  clock.advance(STALL_SECONDS * 1_000);
  await seed({ alive: clock.now() });
  await store.progress.stall(["a"]);
}

test(
  "what a job has told of itself is there, and nothing where it has told nothing",
  withEngine(async (world) => {
    const { engine, push, client, clock } = world;
    await push("a", { isTracked: true });
    await client("w").fetch("q");
    assert.is((await look(world)).progress, undefined);
    const told = { percent: 50, desc: "half", result: Buffer.from("[1.0]") };
    await engine.progress.note({ jid: "a", ...told });
    const { state, progress } = await look(world);
    assert.is(state, "working");
    const { seq, ...known } = progress ?? {};
    assert.ok(seq);
    assert.equal(known, { ...told, updatedAt: clock.now(), stalledAt: undefined });
  }),
);

test(
  "a job whose end is kept, and that has told nothing, has no progress",
  withEngine(async (world) => {
    await world.push("a", { isTracked: true });
    await world.client("w").fetch("q");
    await world.engine.jobs.ack("a", undefined, { seconds: 60, result: undefined });
    assert.is((await world.engine.progress.find("a")).state, "success");
    assert.is((await look(world)).progress, undefined);
  }),
);

test(
  "a stalled job is stalled until it tells something",
  withEngine(async (world) => {
    await stall(world);
    const { state, progress } = await look(world);
    assert.is(state, "stalled");
    assert.is(progress?.stalledAt, world.clock.now());
    await world.engine.progress.note({ jid: "a", percent: 6 });
    assert.is((await look(world)).state, "working");
  }),
);

test(
  "one that is called off is that, stalled or not",
  withEngine(async (world) => {
    await stall(world);
    await world.engine.cancellations.cancelJob("a", {});
    assert.is((await look(world)).state, "cancelling");
  }),
);

test(
  "that a run was stalled says nothing of the next one",
  withEngine(async (world) => {
    const { engine, client } = world;
    await stall(world);
    await engine.jobs.snooze("a", 0);
    assert.is((await look(world)).state, "scheduled");
    await engine.jobs.promoteDue();
    await client("another", LEASE_MS).fetch("q");
    const { state, progress } = await look(world);
    assert.is(state, "working");
    assert.ok(progress?.stalledAt, "of the run that told last");
  }),
);

test.run();
