// limit: 240 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Keys } from "../../broker/store/keys.ts";
import { readLuaSource } from "../../broker/store/lua-source.ts";
import { pack } from "../../broker/store/record.ts";
import { newJob } from "../kit/engine.ts";
import { type TestStore, withStore } from "../kit/store.ts";

// A1.4: a service is restarted for ever. However often that was, it is known exactly, and the job does
// not grow.

const test = suite("A1.4: 100,000 restarts");

const RESTARTS = 100_000;

/** So many in one call, or it would take minutes to wait for each. */
const STEP = 1_000;

const MOST = Number.MAX_SAFE_INTEGER;

interface Call {
  script: string;
  arguments: (string | number | Buffer)[];
}

/** Runs the scripts one after another, and that so often, in one call. */
async function repeat({ redis, keys }: TestStore, calls: Call[]): Promise<void> {
  const parts = calls.map((call) => {
    const own = readLuaSource(call.script, Object.keys(keys));
    const names = [...own.matchAll(/^-- KEYS\[\d+\] (\w+)/gm)].map(
      ([, name]) => name as keyof Keys,
    );
    const source = `(function(KEYS, ARGV)\n${readLuaSource(call.script, names)}\nend)`;
    return { source, keys: names.map((name) => keys[name]), values: call.arguments };
  });
  let [key, value] = [1, 1];
  const lines = parts.map(({ source, keys: own, values }) => {
    const places = `unpack(KEYS, ${key}, ${(key += own.length) - 1})`;
    const rest = `unpack(ARGV, ${value}, ${(value += values.length) - 1})`;
    return `{ ${source}, { ${places} }, { ${rest} } },`;
  });
  const program = `local steps = {\n${lines.join("\n")}\n}
    for _ = 1, ${STEP} do for _, step in ipairs(steps) do step[1](step[2], step[3]) end end`;
  const allKeys = parts.flatMap((part) => part.keys);
  const allValues = parts.flatMap(({ values }) => values);
  await redis.eval(program, allKeys.length, ...allKeys, ...allValues);
}

/** Hands the job out, ends its run in this way, and puts it into its queue again. */
async function restart(
  world: TestStore,
  set: "scheduled" | "retries",
  endAt: (now: number) => Call,
  times: number,
): Promise<void> {
  for (let done = 0; done < times; done += STEP) {
    const now = world.clock.now();
    await repeat(world, [
      { script: "reserve", arguments: [now, "c:1", "service-host", "q", 30_000] },
      endAt(now),
      { script: "enqueue", arguments: ["", now, now, set, "service-1"] },
    ]);
    world.clock.advance(1);
  }
}

async function pushService({ store }: TestStore): Promise<void> {
  const text = Buffer.from('{"jid":"service-1","jobtype":"Service","args":[]}');
  await store.push({ ...newJob("service-1", { retry: MOST, text }), enqueuedAt: 1 });
}

test(
  "A1.4 by snooze: the runs are exact, no attempt is counted, and the history is bounded",
  withStore(async (world) => {
    const { store, keys, redis } = world;
    await pushService(world);
    const snooze = (now: number) => ({
      script: "snooze",
      arguments: [now, "2026-01-01", "service-1", now, 0],
    });
    await restart(world, "scheduled", snooze, STEP);
    const early = await redis.hstrlen(keys.jobs, "service-1");
    await restart(world, "scheduled", snooze, RESTARTS - STEP);
    const found = await store.catalogue.find("service-1");
    assert.equal([found?.state, found?.runs, found?.failure], ["enqueued", RESTARTS, undefined]);
    const attempts = found?.attempts?.map(({ attempt, outcome }) => `${attempt} ${outcome}`);
    assert.equal(
      attempts,
      Array.from({ length: 20 }, () => "1 snoozed"),
    );
    const late = await redis.hstrlen(keys.jobs, "service-1");
    assert.ok(late <= early + 8, `a record of ${early} bytes came to have ${late}`);
  }),
);

test(
  "A1.4 by failure, with the greatest retry: every attempt is counted, and none too many",
  withStore(async (world) => {
    const { store, keys, redis, clock } = world;
    await pushService(world);
    const message = "it ended ".repeat(100);
    const fail = (now: number) => {
      const report = pack({ errtype: "E", message, backtrace: [], retryAt: now });
      const item = ["service-1", report, 29, "reported", 0, ""];
      return { script: "fail", arguments: [now, "2026-01-01", ...item] };
    };
    await restart(world, "retries", fail, STEP);
    const early = await redis.hstrlen(keys.jobs, "service-1");
    await restart(world, "retries", fail, RESTARTS - STEP);
    const found = await store.catalogue.find("service-1");
    assert.equal([found?.state, found?.runs], ["enqueued", RESTARTS]);
    const { retryCount, remaining, nextAt } = found?.failure ?? {};
    const last = clock.now() - 1;
    assert.equal([retryCount, remaining, nextAt], [RESTARTS - 1, MOST - (RESTARTS - 1), last]);
    const attempts = found?.attempts?.map(({ attempt }) => attempt);
    assert.equal(
      attempts,
      Array.from({ length: 20 }, (_, index) => RESTARTS - 19 + index),
    );
    const late = await redis.hstrlen(keys.jobs, "service-1");
    assert.ok(late <= early + 20 * 8, `a record of ${early} bytes came to have ${late}`);
    // Where the worker names no time the next try is in ten years at the most.
    await store.reserve({ wid: "", queues: ["q"] });
    const report = { errtype: "E", message: "m", backtrace: [] };
    const failed = { jid: "service-1", report, jitter: 29, cause: "reported" } as const;
    assert.equal(await store.fail(failed), { kind: "retried", at: clock.now() + 315_360_000_000 });
  }),
);

test(
  "A1.4 at the end of all counting: the last exact number is reached, and nothing overflows",
  withStore(async ({ store, seed }) => {
    const failure = { retryCount: MOST - 2, remaining: 1, errtype: "E", message: "m" };
    await seed({
      jobs: { s: { v: 1, queue: "q", retry: MOST, failure, runs: MOST - 1, text: "{}" } },
      queues: { q: { s: "5/1" } },
      queueNames: ["q"],
    });
    await store.reserve({ wid: "", queues: ["q"] });
    const report = { errtype: "E", message: "m", backtrace: [] };
    const outcome = await store.fail({ jid: "s", report, jitter: 0, cause: "reported" });
    assert.is(outcome.kind, "retried");
    const found = await store.catalogue.find("s");
    assert.equal([found?.runs, found?.failure?.retryCount], [MOST, MOST - 1]);
    assert.is(found?.attempts?.at(-1)?.attempt, MOST);
  }),
);

test.run();
