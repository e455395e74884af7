// limit: 60 s
import { join } from "node:path";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keysOf } from "../../broker/store/keys.ts";
import { purgeDeadTask } from "../../broker/tasks/purge-dead.ts";
import { purgeHistoryTask } from "../../broker/tasks/purge-history.ts";
import { startBroker } from "../kit/broker.ts";
import { withEngine } from "../kit/engine.ts";
import { recordingLogger } from "../kit/log.ts";
import { serve } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

// DEFECT-8, jobs lost between two steps by a crash, and the crash half of DEFECT-10: ../e2e/crash.test.ts
// kills broker and Redis under load and accounts for every job.

const test = suite("defects of Faktory in what it stores");

/** A job that was being retried, as the first millrace wrote it. Never to be made anew: see ADR 0005. */
const RECORD_OF_VERSION_1 =
  "3gAFoXYBpXF1ZXVlp2RlZmF1bHSlcmV0cnkDqmVucXVldWVkQXTLQnm3baqAAACnZmFpbHVyZd4ABqpyZXRyeUNvdW50" +
  "AalyZW1haW5pbmcBqGZhaWxlZEF0y0J5t22qgAAAp2VycnR5cGWhRadtZXNzYWdloW2pYmFja3RyYWNlkaFhxDN7Imppe" +
  "CI6ImZyb20tdmVyc2lvbi0xIiwiam9idHlwZSI6IlQiLCJhcmdzIjpbMS4wXX0=";

test("DEFECT-2: jobs that an earlier version stored are still handed out", async () => {
  const broker = await startBroker();
  const redis = new Redis(broker.redis);
  const keys = keysOf("test");
  const record = Buffer.from(RECORD_OF_VERSION_1, "base64");
  await redis.hset(keys.jobs, "from-version-1", record);
  await redis.sadd(keys.queues, "default");
  await redis.zadd(`${keys.queue}default`, 4 * 2 ** 48 + 1, "from-version-1");

  const wire = await Wire.hello(broker.port);
  const fetched = await wire.call("FETCH default");
  assert.ok(fetched.includes('"args":[1.0]'), fetched);
  assert.ok(fetched.includes('"retry_count":1'), fetched);
  assert.is(await wire.call('FAIL {"jid":"from-version-1"}'), "+OK");
  assert.is((await wire.info()).faktory.sets.retries, 1);
  redis.disconnect();
  await broker.stop();
});

test("DEFECT-10: the embedded Redis writes each change to the disk, and no snapshot can stop it", async () => {
  const broker = await serve();
  const redis = new Redis({ path: join(broker.directory, "millrace-redis.sock"), protocol: 2 });
  const setting = async (name: string) => await redis.config("GET", name);
  assert.equal(await setting("appendonly"), ["appendonly", "yes"]);
  assert.equal(await setting("appendfsync"), ["appendfsync", "always"]);
  assert.equal(await setting("save"), ["save", ""], "no snapshot, so none can fail");
  assert.equal(await setting("maxmemory-policy"), ["maxmemory-policy", "noeviction"]);
  redis.disconnect();
  assert.is(await broker.stop(), 0);
});

test(
  "DEFECT-19: the dead are bounded by number, however many have come at once",
  withEngine(async ({ engine, redis, keys, clock, log }) => {
    const count = 100_500;
    for (let start = 0; start < count; start += 10_000) {
      const batch = redis.pipeline();
      for (let index = start; index < Math.min(start + 10_000, count); index++) {
        batch.zadd(keys.dead, clock.now() + index, `dead-${index}`);
      }
      await batch.exec();
    }
    const task = purgeDeadTask(engine, clock, log);
    task.start();
    // No minute passes, in which Faktory deletes a hundred at the most.
    const isBounded = async () => {
      clock.advance(0);
      return (await redis.zcard(keys.dead)) === 100_000;
    };
    await until(isBounded, { what: "100,000 dead are left", withinMs: 20_000 });
    await task.stop();
    assert.is(await redis.zscore(keys.dead, "dead-499"), null, "the oldest have gone");
  }),
);

test(
  "DEFECT-19: the counts of a day are deleted when it was 400 days ago",
  withEngine(async ({ engine, seed, state, clock, log }) => {
    const dayMs = 24 * 60 * 60 * 1_000;
    const daysAgo = (days: number) =>
      new Date(clock.now() - days * dayMs).toISOString().slice(0, "YYYY-MM-DD".length);
    const [kept, today] = [`processed:${daysAgo(400)}`, `processed:${daysAgo(0)}`];
    await seed({ history: { [`failures:${daysAgo(401)}`]: 3, [kept]: 4, [today]: 5 } });
    const task = purgeHistoryTask(engine, clock, log);
    task.start();
    clock.advance(0);
    await until(async () => Object.keys((await state()).history).length < 3, { what: "a purge" });
    await task.stop();
    assert.equal((await state()).history, { [kept]: 4, [today]: 5 });
  }),
);

test("DEFECT-32: a late ACK is +OK, as clients expect, but the log tells of it, and FAIL is an error", async () => {
  const log = recordingLogger();
  const broker = await startBroker({ log });
  const wire = await Wire.hello(broker.port);
  await wire.push({ jid: "done-only-once" });
  await wire.fetch("default");
  assert.is(await wire.call('ACK {"jid":"done-only-once"}'), "+OK");
  assert.equal(log.of("job.ack-unknown"), []);
  assert.is(await wire.call('ACK {"jid":"done-only-once"}'), "+OK");
  assert.equal(
    log.of("job.ack-unknown").map(({ jid }) => jid),
    ["done-only-once"],
  );
  assert.is(await wire.call('FAIL {"jid":"done-only-once"}'), "-ERR Job not found done-only-once");
  assert.is((await wire.info()).faktory.total_processed, 1);
  await broker.stop();
});

test(
  "DEFECT-33: a job with retry 0 whose reservation has expired is dead, not gone",
  withEngine(async ({ engine, push, client, clock, state }) => {
    await push("abandoned", { retry: 0 });
    await client().fetch("q");
    clock.advance(1_800_000);
    await engine.jobs.expireOverdue();
    const { dead, jobs } = await state();
    assert.equal(Object.keys(dead), ["abandoned"]);
    assert.is(jobs["abandoned"]?.failure?.errtype, "ReservationExpired");
  }),
);

test.run();
