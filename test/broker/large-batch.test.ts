// limit: 240 s, alone
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newJob } from "../kit/engine.ts";
import { openStore, type TestStore } from "../kit/store.ts";

// A4.8: a batch may be as large as you like.

/** `SIZE=1000000 node --import tsx …` takes a million; so many show as well whether it is one step a job. */
const SIZE = Number(process.env["SIZE"] ?? 200_000);

/** How many go to Redis together, as they do when many clients push. */
const GROUP = 100;

/** So long Redis may be kept from other work, by its own clock, on the average of many. */
const LONGEST_MS = 5;

/** A single call may be interrupted by whatever else the machine does; one that walks through all takes longer. */
const LONGEST_SINGLE_MS = 50;

const test = suite(`A4.8: a batch of ${SIZE} jobs`);

interface Stats {
  calls: number;
  usec: number;
}

/** Of all scripts since the last time. */
async function scripts({ redis }: TestStore): Promise<Stats> {
  const stats = await redis.info("commandstats");
  const [, calls, usec] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(stats) ?? [];
  await redis.config("RESETSTAT");
  return { calls: Number(calls ?? 0), usec: Number(usec ?? 0) };
}

/** How long a script has kept Redis busy, in milliseconds, on the average. */
async function average(world: TestStore, run: () => Promise<unknown>): Promise<number> {
  await scripts(world);
  await run();
  const { calls, usec } = await scripts(world);
  return usec / calls / 1_000;
}

async function pushAll({ store }: TestStore, bid: string, size: number): Promise<void> {
  for (let done = 0; done < size; done += GROUP) {
    const jobs = Array.from({ length: Math.min(GROUP, size - done) }, (_, index) =>
      newJob(`${bid}-${done + index}`, { batch: bid }),
    );
    await Promise.all(jobs.map((job) => store.push({ ...job, enqueuedAt: 1 })));
  }
}

/** Works off some jobs, as a group of workers does. */
async function work({ store }: TestStore, count: number): Promise<void> {
  for (let done = 0; done < count; done += GROUP) {
    const request = { wid: "w", queues: ["q"] };
    const reserved = await Promise.all(Array.from({ length: GROUP }, () => store.reserve(request)));
    await Promise.all(reserved.map((job) => store.ack({ jid: job?.jid ?? "" })));
  }
}

/** What the steps of the life of a batch cost Redis, in milliseconds a script. */
async function measure(size: number): Promise<{ single: Steps; many: Steps }> {
  const world = await openStore();
  const { store } = world;
  const bid = `b-${size}`;
  try {
    await store.batches.begin({
      bid,
      parent: undefined,
      description: "",
      callbacks: {},
      expiresAt: Number.MAX_SAFE_INTEGER,
    });
    const push = await average(world, () => pushAll(world, bid, size));
    const commit = await average(world, () => store.batches.commit(bid));
    const jobs = await average(world, () => work(world, 2_000));
    const again = await average(world, async () => {
      for (let time = 0; time < 50; time++) await store.batches.commit(bid);
    });
    assert.equal(await totals(world, bid), [size, size - 2_000]);
    const cancel = await average(world, () => store.batches.cancel(bid, { at: 1 }));
    const sweep = await average(world, async () => {
      for (let step = 0; step < 50; step++) await store.cancels.sweepGroup(`batch:${bid}`);
    });
    return { single: { commit, cancel }, many: { push, jobs, again, sweep } };
  } finally {
    world.close();
  }
}

type Steps = Record<string, number>;

async function totals({ store }: TestStore, bid: string): Promise<(number | undefined)[]> {
  const status = await store.batches.find(bid);
  return [status?.total, status?.pending];
}

test("A4.8 each step takes Redis as long as with ten thousand, and no longer than others can wait", async () => {
  const small = await measure(10_000);
  const large = await measure(SIZE);
  const told = JSON.stringify({ small, large });
  for (const [step, ms] of Object.entries(large.many)) {
    assert.ok(ms < LONGEST_MS, `${step} takes ${ms} ms: ${told}`);
    assert.ok(ms < Math.max(0.5, 3 * (small.many[step] ?? 0)), `${step} grows: ${told}`);
  }
  for (const [step, ms] of Object.entries(large.single)) {
    assert.ok(ms < LONGEST_SINGLE_MS, `${step} takes ${ms} ms: ${told}`);
  }
});

test.run();
