// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { newJob } from "../../kit/engine.ts";
import { type RecordingLogger, recordingLogger } from "../../kit/log.ts";
import { type RedisProxy, startProxy } from "../../kit/proxy.ts";
import { startRedis } from "../../kit/redis.ts";
import { openStore, sharedRedis, type TestStore } from "../../kit/store.ts";
import { until } from "../../kit/until.ts";

const test = suite("store/lost-handouts");

interface World extends TestStore {
  proxy: RedisProxy;
  log: RecordingLogger;
}

function withProxy(run: (world: World) => Promise<void>): () => Promise<void> {
  return async () => {
    const { socketPath } = await sharedRedis();
    const proxy = await startProxy(socketPath);
    const log = recordingLogger();
    const world = await openStore({ via: proxy.socketPath, log });
    try {
      await run({ ...world, proxy, log });
    } finally {
      world.close();
      proxy.stop();
    }
  };
}

const request = { wid: "w", queues: ["q", "r"] };

/** Hands out a job while no answer gets through, and breaks the connection. */
async function loseHandOut({ store, proxy, state }: World, count = 1): Promise<void> {
  const before = Object.keys((await state()).working).length;
  await store.reserve({ wid: "", queues: ["none"] }); // Redis has the script from here on
  proxy.swallowAnswers();
  const answers = Array.from({ length: count }, () => store.reserve(request));
  const outcomes = Promise.allSettled(answers);
  const isHandedOut = async () => Object.keys((await state()).working).length === before + count;
  await until(isHandedOut, { what: "Redis has handed out the jobs" });
  proxy.cut();
  for (const outcome of await outcomes) {
    assert.is(outcome.status, "rejected");
    if (outcome.status === "rejected") assert.instance(outcome.reason, StoreUnavailable);
  }
}

test(
  "jobs whose hand-out got lost return to their places as soon as Redis answers again",
  withProxy(async (world) => {
    const { store, state, log } = world;
    const [first, second, third] = [newJob("a"), newJob("b", { queue: "r" }), newJob("c")];
    for (const job of [first, second, third]) await store.push({ ...job, enqueuedAt: 1 });
    const before = await state();
    await loseHandOut(world, 3);
    const isGivenBack = async () => Object.keys((await state()).working).length === 0;
    await until(isGivenBack, { what: "the jobs are back" });
    const { sequence } = await state();
    assert.equal(await state(), { ...before, sequence });
    await until(() => log.of("reservations.given-back").length > 0, { what: "it is logged" });
    assert.equal(
      log.of("reservations.given-back").map(({ count }) => count),
      [3],
    );
  }),
);

test(
  "a waiting fetch of any broker, this one included, is told of them",
  withProxy(async (world) => {
    const { store } = world;
    await store.push({ ...newJob("a"), enqueuedAt: 1 });
    const heard: unknown[] = [];
    store.onNotice((notice) => heard.push(notice));
    await loseHandOut(world);
    const isHeard = async () => (await world.notices()).includes("queue q ");
    await until(isHeard, { what: "the others are told" });
    // This broker's own listener may have been cut off at that moment; then it is told of the gap.
    const isTold = () => JSON.stringify(heard).match(/"queue"|"reconnected"/) !== null;
    await until(isTold, { what: "this broker is told" });
  }),
);

test(
  "what other calls have handed out stays with its workers",
  withProxy(async (world) => {
    const { store, state } = world;
    for (const jid of ["a", "b", "c"]) await store.push({ ...newJob(jid), enqueuedAt: 1 });
    assert.is((await store.reserve(request))?.jid, "a");
    await loseHandOut(world);
    const isGivenBack = async () => Object.keys((await state()).working).length === 1;
    await until(isGivenBack, { what: "the lost one is back" });
    assert.is((await store.reserve(request))?.jid, "b");
    assert.equal(Object.keys((await state()).working).toSorted(), ["a", "b"]);
  }),
);

test(
  "the lost ones are found among hundreds of reservations",
  withProxy(async (world) => {
    const { store, state } = world;
    const jids = Array.from({ length: 700 }, (_, index) => `job-${index}`);
    await Promise.all(jids.map((jid) => store.push({ ...newJob(jid), enqueuedAt: 1 })));
    await Promise.all(jids.slice(50).map(() => store.reserve(request)));
    await loseHandOut(world, 50);
    const isGivenBack = async () => Object.keys((await state()).working).length === 650;
    await until(isGivenBack, { what: "the lost ones are back" });
    const { queues } = await state();
    assert.equal(Object.keys(queues["q"] ?? {}), jids.slice(-50));
  }),
);

test("a hand-out that Redis makes after it was given up is undone as well", async () => {
  const redis = await startRedis();
  const log = recordingLogger();
  const world = await openStore({ socketPath: redis.socketPath, log });
  try {
    const { store, state } = world;
    await store.reserve({ wid: "", queues: ["none"] });
    await store.push({ ...newJob("a"), enqueuedAt: 1 });
    const before = await state();
    // It neither answers nor breaks the connection: the call is given up after five seconds.
    process.kill(redis.pid, "SIGSTOP");
    const [outcome] = await Promise.allSettled([store.reserve(request)]);
    process.kill(redis.pid, "SIGCONT"); // now it does what it was told before
    assert.match(String((outcome as PromiseRejectedResult).reason), "did not answer within");
    await until(() => log.of("reservations.given-back").length > 0, { what: "the job is back" });
    assert.equal(
      log.of("reservations.given-back").map(({ count }) => count),
      [1],
    );
    const { sequence } = await state();
    assert.equal(await state(), { ...before, sequence });
    assert.is((await store.reserve(request))?.jid, "a");
  } finally {
    world.close();
    await redis.stop();
  }
});

test.run();
