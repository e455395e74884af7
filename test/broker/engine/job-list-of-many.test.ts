// limit: 120 s
import { availableParallelism, loadavg } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord } from "../../../broker/store/record.ts";
import type { JobListFilter } from "../../../protocol/commands/job-list.ts";
import { readOutline } from "../../../protocol/job-outline.ts";
import { type TestEngine, withEngine } from "../../kit/engine.ts";

// However many jobs there are, Redis is kept from other work for a moment only, and one command asks it
// only so often.

const test = suite("engine/job-list, of very many jobs");

const COUNT = 200_000;

/** What a script may take, as in the bench's `blocking`; on a machine with too much to do, so much more. */
const LIMIT_MS = 5;
const slowness = Math.max(1, (loadavg()[0] ?? 1) / availableParallelism());

/** Calls of the script for one command, and what those do in Redis. */
const MAX_CALLS = 10;
const MAX_COMMANDS_A_CALL = 100 + 2 * 18 + 10;

/** All due at the same moment: then only their names tell them apart. */
async function fill({ redis, keys }: TestEngine): Promise<void> {
  const record = encodeRecord({ v: 1, queue: "q" }, Buffer.from('{"jobtype":"T","args":[1,2,3]}'));
  const rare = encodeRecord({ v: 1, queue: "q" }, Buffer.from('{"jobtype":"Rare","args":[]}'));
  for (let start = 0; start < COUNT; start += 10_000) {
    const jids = Array.from({ length: 10_000 }, (_, index) => `job-${start + index}`);
    await redis.hset(
      keys.jobs,
      new Map(jids.map((jid) => [jid, jid === "job-77777" ? rare : record])),
    );
    await redis.zadd(keys.scheduled, ...jids.flatMap((jid) => [1_000, jid]));
  }
}

async function commandCount({ redis }: TestEngine): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
}

/** Lists to the end, and checks what each command costs. */
async function listAll(world: TestEngine, filter: Partial<JobListFilter>): Promise<string[]> {
  const { engine, flaky } = world;
  const jids: string[] = [];
  let [cursor, most, commands] = ["", { calls: 0, commands: 0 }, 0];
  do {
    const calls = flaky.calls("catalogue.read");
    const before = await commandCount(world);
    const from = cursor === "" ? {} : { cursor };
    const page = await engine.jobList.page({ count: 1_000, ...filter, ...from }, readOutline);
    most = {
      calls: Math.max(most.calls, flaky.calls("catalogue.read") - calls),
      commands: Math.max(most.commands, (await commandCount(world)) - before),
    };
    jids.push(...page.entries.map(({ jid }) => jid));
    cursor = page.cursor ?? "";
    commands++;
  } while (cursor !== "");
  assert.ok(commands <= COUNT / 1_000 + 1, `${commands} commands`);
  assert.ok(most.calls <= MAX_CALLS, `${most.calls} calls for a command`);
  const mostCommands = MAX_CALLS * MAX_COMMANDS_A_CALL;
  assert.ok(most.commands <= mostCommands, `${most.commands} commands of Redis for one`);
  return jids;
}

/** How long Redis takes for a script that reads a hundred jobs behind this one: in a quiet moment. */
async function scriptMs({ store, redis }: TestEngine, jid: string): Promise<number> {
  await redis.config("SET", "slowlog-log-slower-than", "0");
  await redis.slowlog("RESET");
  const section = { state: "scheduled", after: { score: "1000", jid } } as const;
  for (let times = 0; times < 30; times++) await store.catalogue.read([section], 100);
  const slow = (await redis.slowlog("GET", -1)) as [number, number, number, string[]][];
  const scripts = slow.filter(([, , , [name]]) => /^evalsha$/i.test(name ?? ""));
  return Math.min(...scripts.map(([, , micros]) => micros)) / 1_000;
}

test(
  "200,000 jobs are listed, each once, in small steps, also where few of them fit",
  withEngine(async (world) => {
    await fill(world);
    const all = await listAll(world, {});
    assert.is(all.length, COUNT);
    assert.is(new Set(all).size, COUNT);
    assert.equal(await listAll(world, { state: "scheduled", jobtype: "Rare" }), ["job-77777"]);
    // Of a tag only the jobs that have it are looked at.
    await world.push("tagged", { tags: ["t"], text: Buffer.from("{}") });
    const calls = world.flaky.calls("catalogue.read");
    assert.equal(await listAll(world, { tag: "t" }), ["tagged"]);
    assert.is(world.flaky.calls("catalogue.read") - calls, 1);
    for (const jid of [all[0], all[COUNT / 2], "job-1000000", all[COUNT - 101]]) {
      const took = await scriptMs(world, jid ?? "");
      assert.ok(took < LIMIT_MS * slowness, `the script took ${took} ms behind ${jid}`);
    }
  }),
);

test.run();
