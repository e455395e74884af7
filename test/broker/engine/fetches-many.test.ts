import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { type TestClient, type TestEngine, withEngine } from "../../kit/engine.ts";

const test = suite("engine/fetches, several jobs at once");

/** What a client got with one command. */
async function fetchMany(
  { engine }: TestEngine,
  client: TestClient,
  count: number,
  ...queues: string[]
): Promise<string[]> {
  const jobs = await engine.fetches.fetchMany(client, queues, count);
  return jobs.map(({ jid }) => jid);
}

async function pushAll({ push }: TestEngine, ...jids: string[]): Promise<void> {
  await Promise.all(jids.map((jid) => push(jid)));
}

test(
  "it takes what is there, in order, up to the count, and with one call to the store",
  withEngine(async (world) => {
    await pushAll(world, "job-1", "job-2", "job-3");
    await world.push("other-1", { queue: "other" });
    const worker = world.client();
    assert.equal(await fetchMany(world, worker, 2, "q", "other"), ["job-1", "job-2"]);
    assert.equal(await fetchMany(world, worker, 100, "q", "other"), ["job-3", "other-1"]);
    const { working, reservations } = await world.state();
    assert.is(Object.keys(working).length, 4);
    const calls = new Set(Object.values(reservations).map(({ call }) => call));
    assert.is(calls.size, 2);
  }),
);

test(
  "where nothing is, it waits for the first that comes, and takes no more than are told of",
  withEngine(async (world) => {
    const worker = world.client();
    const answered = fetchMany(world, worker, 50, "q");
    await world.flaky.untilIdle();
    const before = world.flaky.calls("reserve");
    await world.push("job-1");
    assert.equal(await answered, ["job-1"]);
    assert.is(world.flaky.calls("reserve"), before + 1);
  }),
);

test(
  "it is answered with nothing after two seconds, as FETCH is",
  withEngine(async (world) => {
    const answered = fetchMany(world, world.client(), 50, "q");
    await world.flaky.untilIdle();
    world.clock.advance(2_000);
    assert.equal(await answered, []);
  }),
);

test(
  "those who wait behind it get what it leaves",
  withEngine(async (world) => {
    const [first, second] = [world.client(), world.client()];
    const many = fetchMany(world, first, 2, "q");
    const one = second.fetch("q");
    await world.flaky.untilIdle();
    await pushAll(world, "job-1", "job-2");
    await Promise.all([many, one]);
    assert.equal([await many, second.answers], [["job-1"], ["job-2"]]);
  }),
);

test(
  "a client that has gone gets none of them, and each is back in its place",
  withEngine(async (world) => {
    await pushAll(world, "job-1", "job-2", "job-3");
    const before = await world.state();
    const release = world.flaky.hold("reserve");
    const worker = world.client();
    const answered = fetchMany(world, worker, 3, "q");
    await world.flaky.untilHeld("reserve", 3);
    worker.leave();
    release();
    assert.equal(await answered, []);
    await world.flaky.untilIdle();
    // The places are the old ones; that something is new is to be seen, see keep-alive.lua.
    const { sequence } = await world.state();
    assert.equal(await world.state(), { ...before, sequence });
  }),
);

test(
  "a store that is away is told of when no job came",
  withEngine(async (world) => {
    world.flaky.fail("reserve", new StoreUnavailable("away"));
    await pushAll(world, "job-1");
    assert.equal(await fetchMany(world, world.client(), 2, "q"), ["job-1"]);
    world.flaky.fail("reserve", new StoreUnavailable("away"));
    const refused = await fetchMany(world, world.client(), 1, "q").catch(String);
    assert.is(refused, "CommandError: away");
  }),
);

test(
  "large jobs come one call's worth at a time",
  withEngine(async (world) => {
    const large = { text: Buffer.from(`{"jid":"x","args":["${"x".repeat(600_000)}"]}`) };
    for (const jid of ["job-1", "job-2", "job-3", "job-4"]) await world.push(jid, large);
    const worker = world.client();
    assert.equal(await fetchMany(world, worker, 4, "q"), ["job-1", "job-2"]);
    assert.equal(await fetchMany(world, worker, 4, "q"), ["job-3", "job-4"]);
  }),
);

test.run();
