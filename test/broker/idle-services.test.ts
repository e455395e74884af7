// limit: 60 s
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startBroker } from "../kit/broker.ts";
import { TestClock } from "../kit/clock.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

// A1.8: a service runs once, and waits everywhere else.

const test = suite("A1.8: what waiting costs Redis");

const SERVICES = 1_000;

/** In milliseconds: as long as a FETCH waits. */
const STEP = 2_000;

/** How often each of Redis' commands has been called, INFO aside, also within scripts. */
async function calls(redis: Redis): Promise<Map<string, number>> {
  const stats = await redis.info("commandstats");
  const found = stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return new Map(
    [...found].flatMap(([, name = "", count]) => (name === "info" ? [] : [[name, Number(count)]])),
  );
}

/** What a broker asks of Redis in twenty seconds in which so many wait, each for a queue of its own. */
async function costOf(waiting: number): Promise<Record<string, number>> {
  const clock = new TestClock();
  const broker = await startBroker({ clock });
  const redis = new Redis({ path: broker.redis });
  let answered = 0;
  const wires = await Promise.all(Array.from({ length: waiting }, () => Wire.hello(broker.port)));
  for (const [index, wire] of wires.entries()) {
    const fetch = () => void wire.call(`FETCHB 1 service.${index}`).then(hear);
    const hear = (reply: string) => {
      if (reply === "$-1") answered++;
      if (reply !== "(closed)") fetch();
    };
    fetch();
  }
  const watcher = await Wire.hello(broker.port);
  /** All have been answered with nothing, and wait again. */
  const pass = async () => {
    const wanted = answered + waiting;
    clock.advance(STEP);
    await until(() => answered >= wanted, { what: "all have waited", withinMs: 20_000 });
    // What was sent before this has been heard, and what it led to is done.
    await watcher.info();
  };
  const fetches = async () => (await watcher.info()).server.command_count;
  await until(async () => (await fetches()) >= 2 * waiting, { what: "all wait" });
  for (let step = 0; step < 3; step++) await pass();
  const before = await calls(redis);
  for (let passed = 0; passed < 20_000; passed += STEP) await pass();
  const after = await calls(redis);
  for (const wire of [...wires, watcher]) wire.close();
  redis.disconnect();
  await broker.stop();
  const cost = [...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const);
  return Object.fromEntries(cost.filter(([, count]) => count > 0));
}

// What a worker with services sends besides: its heartbeats, and a push of each service a minute.
test("A1.8 to see to it that a service is there takes one script, which stores nothing", async () => {
  const broker = await startBroker({ clock: new TestClock() });
  const redis = new Redis({ path: broker.redis });
  const wire = await Wire.hello(broker.port);
  const job = { jid: "service.a", jobtype: "service.a", queue: "service.a", args: [] };
  const push = () => wire.call(`PUSH ${JSON.stringify(job)}`);
  assert.is(await push(), "+OK");
  const before = await calls(redis);
  assert.is(await push(), "+OK");
  const after = await calls(redis);
  const grown = [...after].filter(([name, count]) => count > (before.get(name) ?? 0));
  const cost = new Map(grown.map(([name, count]) => [name, count - (before.get(name) ?? 0)]));
  wire.close();
  redis.disconnect();
  await broker.stop();
  assert.is(cost.get("evalsha"), 1);
  for (const name of ["hset", "zadd", "sadd", "publish"]) assert.is(cost.get(name), undefined);
});

test(`A1.8 ${SERVICES} services that wait cost as much as none`, async () => {
  const [some, none] = [await costOf(SERVICES), await costOf(0)];
  // A tick of the broker's own tasks more or less, where 10,000 FETCHes were answered.
  const more = sum(some) - sum(none);
  assert.ok(Math.abs(more) < 50, `${more} commands more: ${JSON.stringify({ some, none })}`);
});

function sum(cost: Record<string, number>): number {
  return Object.values(cost).reduce((total, count) => total + count, 0);
}

test.run();
