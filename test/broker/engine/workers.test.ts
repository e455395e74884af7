import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { openEngine, type TestClient, type TestEngine, withEngine } from "../../kit/engine.ts";
import { startProxy } from "../../kit/proxy.ts";
import { sharedRedis } from "../../kit/store.ts";
import { until } from "../../kit/until.ts";

const test = suite("engine/workers");

/** Nothing is to be done about what they work on. */
const nothing = async () => {};

const details = (wid: string) => ({ wid, hostname: "h", pid: 1, labels: ["a"], rssKb: 1 });

async function register({ engine, client }: TestEngine, wid: string): Promise<TestClient> {
  const connection = client(wid);
  await engine.workers.register(details(wid), connection);
  return connection;
}

test(
  "a worker is there from its first connection to its last",
  withEngine(async (world) => {
    const { engine, state } = world;
    const [first, second] = [await register(world, "w"), await register(world, "w")];
    assert.is((await state()).details["w"]?.["connections"], "2");
    await engine.workers.disconnect("w", first);
    await engine.workers.disconnect("w", first); // a connection closes once
    assert.is((await state()).details["w"]?.["connections"], "1");
    await engine.workers.disconnect("w", second);
    assert.equal((await state()).workers, {});
  }),
);

test(
  "a connection that has gone while it registered is not counted",
  withEngine(async ({ engine, client, flaky, state }) => {
    const release = flaky.hold("registerWorker");
    const gone = client("w");
    const registered = engine.workers.register(details("w"), gone);
    await flaky.untilHeld("registerWorker");
    gone.leave();
    await engine.workers.disconnect("w", gone); // as the connection does when it closes
    release();
    await registered;
    assert.equal((await state()).workers, {});
  }),
);

test(
  "when a worker can't be forgotten at once, that is no more than logged",
  withEngine(async (world) => {
    const { engine, flaky, log, state } = world;
    const connection = await register(world, "w");
    flaky.fail("disconnectWorker", new StoreUnavailable("away"));
    await engine.workers.disconnect("w", connection);
    assert.is(log.of("worker.not-disconnected").length, 1);
    assert.equal(Object.keys((await state()).workers), ["w"]);
  }),
);

test(
  "a beat moves a worker on, and it may fetch only while it is running",
  withEngine(async (world) => {
    const { engine } = world;
    await register(world, "w");
    const states: [string, boolean][] = [];
    for (const state of ["running", "quiet", "running", "terminate", "quiet"] as const) {
      const now = await engine.workers.beat({ wid: "w", state, rssKb: 1 });
      states.push([now, engine.workers.mayFetch("w")]);
    }
    assert.equal(states, [
      ["running", true],
      ["quiet", false],
      ["quiet", false],
      ["terminate", false],
      ["terminate", false],
    ]);
  }),
);

test(
  "who is not a worker, or not known here, may fetch",
  withEngine(async ({ engine }) => {
    assert.ok(engine.workers.mayFetch(""));
    assert.ok(engine.workers.mayFetch("elsewhere"));
  }),
);

test(
  "a further connection of a quiet worker is quiet too",
  withEngine(async (world) => {
    const { engine, seed } = world;
    await seed({ workers: { w: 1 }, details: { w: { state: "quiet", connections: "1" } } });
    await register(world, "w");
    assert.not(engine.workers.mayFetch("w"));
  }),
);

test(
  "a beat of a worker that is not known is refused",
  withEngine(async ({ engine }) => {
    try {
      await engine.workers.beat({ wid: "nobody", state: "running", rssKb: 1 });
      assert.unreachable("it was taken");
    } catch (error) {
      assert.instance(error, CommandError);
      assert.match((error as Error).message, /^unknown worker nobody/);
    }
  }),
);

test(
  "a worker that has been silent for a minute is forgotten, and its connections are closed",
  withEngine(async (world) => {
    const { engine, clock, log, state } = world;
    await engine.jobs.keepAlive();
    const silent = [await register(world, "silent"), await register(world, "silent")];
    const beating = await register(world, "beating");
    clock.advance(30_000);
    await engine.workers.beat({ wid: "beating", state: "running", rssKb: 1 });
    clock.advance(30_000);
    assert.is((await engine.workers.forgetSilent(nothing)).forgotten, 0);
    clock.advance(1);
    assert.is(
      (await engine.workers.forgetSilent(nothing)).forgotten,
      0,
      "nobody could be heard for a while",
    );
    await world.seed({ alive: clock.now() });
    assert.is((await engine.workers.forgetSilent(nothing)).forgotten, 1);
    const isClosed = () => silent.every(({ closed }) => closed.length === 1);
    await until(isClosed, { what: "its connections are closed" });
    assert.equal(silent[0]?.closed, ["its worker sent no BEAT"]);
    assert.equal(beating.closed, []);
    assert.equal(
      log.of("worker.forgotten").map(({ wid }) => wid),
      ["silent"],
    );
    assert.equal(Object.keys((await state()).workers), ["beating"]);
    // The connections' own end is nothing new.
    await engine.workers.disconnect("silent", silent[0] as TestClient);
    assert.equal(Object.keys((await state()).workers), ["beating"]);
  }),
);

/** What another broker does to them, of which no word gets here. */
async function changeUnheard({ redis, keys }: TestEngine): Promise<void> {
  await redis.hset(keys.worker + "quieted", "state", "quiet");
  await redis.hset(keys.worker + "ended", "state", "terminate");
  await redis.zrem(keys.workers, "forgotten");
  await redis.del(keys.worker + "forgotten");
}

const WIDS = ["same", "quieted", "ended", "forgotten"] as const;

test(
  "a refresh learns what has become of each worker that is known here",
  withEngine(async (world) => {
    const { engine, flaky } = world;
    const connections = await Promise.all(WIDS.map((wid) => register(world, wid)));
    await changeUnheard(world);
    assert.ok(WIDS.every((wid) => engine.workers.mayFetch(wid)));
    await engine.workers.refresh();
    const may = WIDS.map((wid) => engine.workers.mayFetch(wid));
    assert.equal(may, [true, false, false, true]);
    const closed = connections.map((connection) => connection.closed.length);
    assert.equal(closed, [0, 0, 0, 1]);
    assert.is(flaky.calls("findWorkerState"), 4);
  }),
);

test(
  "a refresh that fails for one worker is logged, and goes on with the next",
  withEngine(async (world) => {
    const { engine, flaky, log } = world;
    for (const wid of ["same", "quieted"]) await register(world, wid);
    await changeUnheard(world);
    flaky.fail("findWorkerState", new StoreUnavailable("away"));
    await engine.workers.refresh();
    assert.equal(
      log.of("worker.not-refreshed").map(({ wid }) => wid),
      ["same"],
    );
    assert.not(engine.workers.mayFetch("quieted"));
  }),
);

test("after a gap in the notices it learns what it did not hear", async () => {
  const { socketPath } = await sharedRedis();
  const proxy = await startProxy(socketPath);
  const world = await openEngine({ via: proxy.socketPath });
  try {
    const { workers } = world.engine;
    const connections = await Promise.all(WIDS.map((wid) => register(world, wid)));
    await changeUnheard(world);
    proxy.cut();
    const isKnown = () => !workers.mayFetch("quieted") && !workers.mayFetch("ended");
    await until(isKnown, { what: "it knows who is to be quiet" });
    await until(() => connections[3]?.closed.length === 1, { what: "the forgotten is closed" });
    assert.ok(workers.mayFetch("same"));
    assert.equal(connections[0]?.closed, []);
  } finally {
    world.close();
    proxy.stop();
  }
});

test.run();
