import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keysOf, PLACES_A_PRIORITY } from "../../../broker/store/keys.ts";
import { newJob } from "../../kit/engine.ts";
import { startRedis } from "../../kit/redis.ts";
import { openStore, promote } from "../../kit/store.ts";

const test = suite("store/keys");

test("all keys of a namespace share its hash tag, so that they are in one Cluster slot", () => {
  for (const key of Object.values({ ...keysOf("some name") })) {
    assert.match(key, /^mr:\{some name\}:[a-z:]+$/);
  }
});

test("no key is another one, nor could a queue's or a worker's name make it one", () => {
  const keys = Object.values({ ...keysOf("n") });
  assert.is(new Set(keys).size, keys.length);
  for (const prefix of keys.filter((key) => key.endsWith(":"))) {
    const inside = keys.filter((key) => key !== prefix && key.startsWith(prefix));
    assert.equal(inside, []);
  }
});

test("a place is exact in a score, even the last one of the last band", () => {
  assert.ok(9 * PLACES_A_PRIORITY <= Number.MAX_SAFE_INTEGER);
});

test("whatever is done, Redis holds no other keys than these", async () => {
  const redis = await startRedis();
  const world = await openStore({ socketPath: redis.socketPath, namespace: "n" });
  try {
    const { store, clock } = world;
    const details = { wid: "w", hostname: "h", pid: 1, labels: [], rssKb: 1 };
    await store.registerWorker(details);
    await store.push({ ...newJob("a"), enqueuedAt: 1 });
    await store.push({ ...newJob("b", { retry: -1 }), enqueuedAt: 1 });
    await store.push({ ...newJob("c"), enqueuedAt: 1 });
    await store.push({ ...newJob("d"), at: clock.now() + 1 });
    await store.reserve({ wid: "w", queues: ["q"] });
    await store.reserve({ wid: "w", queues: ["q"] });
    await store.reserve({ wid: "w", queues: ["q"] });
    const report = { errtype: "E", message: "m", backtrace: [] };
    await store.fail({ jid: "a", report, jitter: 0, cause: "reported" });
    await store.fail({ jid: "b", report, jitter: 0, cause: "reported" });
    await store.progress.note({ jid: "c", percent: 1, stall: { seconds: 5, policy: "warn" } });
    await store.ack({ jid: "c" });
    const counts = new Map([[1, 1]]);
    await store.figures.add([{ jobtype: "T", waits: counts, runs: counts, failed: 1 }], 7);
    await store.push({ ...newJob("tracked", { isTracked: true }), at: clock.now() + 1_000 });
    await store.push({ ...newJob("e"), enqueuedAt: 1 });
    await store.push({ ...newJob("f"), at: clock.now() + 1_000 });
    clock.advance(1);
    await promote(world);
    await store.reserve({ wid: "w", queues: ["q"] });
    await world.state(); // throws when it finds a key that keys.ts does not name
    const keys = Object.values({ ...keysOf("n") });
    for (const found of await world.redis.keys("*")) {
      assert.ok(keys.some((key) => (key.endsWith(":") ? found.startsWith(key) : found === key)));
    }
  } finally {
    world.close();
    await redis.stop();
  }
});

test.run();
