import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newJob } from "../../kit/engine.ts";
import { type TestStore, withStore } from "../../kit/store.ts";

const test = suite("store/redis-queues");

/** More than one call takes, and more than one call reads the names of. */
const NAMES = Array.from({ length: 1_234 }, (_, index) => `queue-${index}`).toSorted();

const push = (store: TestStore["store"], jid: string, queue: string) =>
  store.push({ ...newJob(jid, { queue }), enqueuedAt: 1 });

async function fill({ store }: TestStore): Promise<void> {
  await Promise.all(NAMES.map((name) => push(store, `job of ${name}`, name)));
}

/** How many queues one call of a script is for at the most. */
async function mostInACall({ link }: TestStore, run: () => Promise<unknown>): Promise<number> {
  const send = link.send.bind(link);
  let most = 0;
  link.send = (call) => {
    const lines = call.toWritable().toString().split("\r\n");
    const [command, , keyCount, ...parameters] = lines
      .filter((_, index) => index % 2 === 0)
      .slice(1);
    // The last of them is what stands behind the last line end: nothing.
    const count = parameters.length - 1 - Number(keyCount);
    if (command === "EVALSHA") most = Math.max(most, count);
    return send(call);
  };
  await run();
  link.send = send;
  return most;
}

const mapKeys = (sets: Record<string, object>) =>
  Object.fromEntries(Object.entries(sets).map(([name, set]) => [name, Object.keys(set)]));

test(
  "pause and resume of all reach every queue, however many there are",
  withStore(async (world) => {
    const { store, state, notices, redis, keys } = world;
    await fill(world);
    const most = await mostInACall(world, () => store.queues.pause("*"));
    assert.ok(most > 50 && most < 150, `${most} in a call`);
    assert.equal((await state()).paused, NAMES);
    assert.is(await store.reserve({ wid: "w", queues: NAMES.slice(0, 50) }), undefined);

    await redis.sadd(keys.paused, "never-pushed");
    const before = (await notices()).length;
    const mostResumed = await mostInACall(world, () => store.queues.resume("*"));
    assert.ok(mostResumed > 50 && mostResumed < 150, `${mostResumed} in a call`);
    assert.equal((await state()).paused, []);
    const heard = (await notices()).slice(before);
    assert.ok(heard.length < 50, `${heard.length} notices`);
    const resumed = heard.flatMap((notice) => notice.split(" ").slice(1));
    assert.equal(resumed.toSorted(), ["never-pushed", ...NAMES]);
  }),
);

test(
  "removal of all reaches every queue, also those that are only paused, and frees all jids",
  withStore(async (world) => {
    const { store, state, redis, keys } = world;
    await fill(world);
    await store.queues.pause(["never-pushed", NAMES[0] ?? ""]);
    const most = await mostInACall(world, () => store.queues.remove("*"));
    assert.ok(most > 50 && most < 150, `${most} in a call`);
    const { queueNames, queues, paused, removed } = await state();
    assert.equal([queueNames, queues, paused], [[], {}, []]);
    assert.is(Object.keys(removed).length, NAMES.length);

    const again = await Promise.all(NAMES.map((name) => push(store, `job of ${name}`, "again")));
    assert.ok(again.every((isStored) => isStored));
    let calls = 0;
    while ((await store.waiting.deleteRemoved()) > 0) calls++;
    assert.ok(calls < 50, `${calls} calls`);
    const after = await state();
    assert.equal([after.removed, after.revived], [{}, {}]);
    assert.is(Object.keys(after.queues["again"] ?? {}).length, NAMES.length);
    assert.is(await redis.hlen(keys.jobs), NAMES.length);
  }),
);

test(
  "what is pushed between the steps of a removal of all stays, also in a queue that has gone",
  withStore(async (world) => {
    const { store, state, link, redis, keys } = world;
    await fill(world);
    const send = link.send.bind(link);
    let gone: string | undefined;
    link.send = async (call) => {
      const reply = await send(call);
      if (!call.name.startsWith("EVAL")) return reply;
      link.send = send; // what is next goes its usual way
      const left = new Set(await redis.smembers(keys.queues));
      gone = NAMES.find((name) => !left.has(name));
      assert.ok(left.size > 0 && gone !== undefined, "some have gone, and some have not");
      await Promise.all([push(store, "old", gone), push(store, "new", "new")]);
      return reply;
    };
    await store.queues.remove("*");
    while ((await store.waiting.deleteRemoved()) > 0);
    const { jobs, queues, queueNames } = await state();
    assert.equal(Object.keys(jobs).toSorted(), ["new", "old"]);
    assert.equal(queueNames, ["new", gone]);
    assert.equal(mapKeys(queues), { new: ["new"], [gone ?? ""]: ["old"] });
  }),
);

test(
  "lengths tells of every queue, in alphabetical order, and latency too",
  withStore(async (world) => {
    await fill(world);
    const one = NAMES.map((name): [string, number] => [name, 1]);
    assert.equal([...(await world.store.queues.lengths())], one);
    const waitingSince = [...(await world.store.queues.waitingSince("*"))];
    assert.equal(Object.fromEntries(waitingSince), Object.fromEntries(one));
  }),
);

test(
  "without any queue there is nothing to do",
  withStore(async ({ store, state }) => {
    const before = await state();
    for (const queues of ["*", []] as const) {
      await store.queues.pause(queues);
      await store.queues.resume(queues);
      await store.queues.remove(queues);
      assert.is((await store.queues.waitingSince(queues)).size, 0);
    }
    assert.equal(await state(), before);
  }),
);

test.run();
