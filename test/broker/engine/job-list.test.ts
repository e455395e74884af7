// limit: 60 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord } from "../../../broker/store/record.ts";
import type { JobListEntry, JobListFilter } from "../../../protocol/commands/job-list.ts";
import { readOutline } from "../../../protocol/job-outline.ts";
import { type TestEngine, withEngine } from "../../kit/engine.ts";
import type { State } from "../../kit/state.ts";

const test = suite("engine/job-list");

type Given = Partial<JobListFilter>;

function page({ engine }: TestEngine, filter: Given) {
  return engine.jobList.page({ count: 100, ...filter }, readOutline);
}

/** All pages, one after another; between two of them something may happen. */
async function pages(world: TestEngine, filter: Given, between?: (round: number) => Promise<void>) {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const next = await page(world, { ...filter, ...(cursor !== undefined && { cursor }) });
    found.push(next.entries.map(({ jid }) => jid));
    cursor = next.cursor;
    await between?.(found.length);
    assert.ok(found.length < 1_000, "the list comes to an end");
  } while (cursor !== undefined);
  return found;
}

const text = (jid: string, more = "") => `{"jid":"${jid}","jobtype":"T"${more}}`;

const record = (jid: string, queue = "q", more = "") =>
  ({ v: 1, queue, text: text(jid, more) }) as const;

/** A job in each set, and two queues. */
const everywhere: Partial<State> = {
  jobs: Object.fromEntries([..."abcdefghi"].map((jid) => [jid, record(jid)])),
  queues: { q: { a: "5/3", b: "9/4" }, r: { c: "5/1" } },
  queueNames: ["empty", "q", "r"],
  scheduled: { d: 20 },
  retries: { e: 30 },
  working: { f: 40 },
  reservations: { f: { wid: "w", reservedAt: 1, place: "5/2", call: "c:1" } },
  dead: { g: 50 },
  done: { h: 60 },
  cancelled: { i: 70 },
  cancels: { i: { at: 65 } },
};

test(
  "every job is listed once, by its state and in its order, however many come at once",
  withEngine(async (world) => {
    await world.seed(everywhere);
    assert.equal(await pages(world, {}), [[..."bacdefghi"]]);
    assert.equal((await pages(world, { count: 3 })).flat(), [..."bacdefghi"]);
    assert.equal((await pages(world, { count: 1 })).flat(), [..."bacdefghi"]);
  }),
);

test(
  "a list may be of one state, one queue, one type, one tag, or of all of them together",
  withEngine(async (world) => {
    await world.seed({
      ...everywhere,
      jobs: {
        ...everywhere.jobs,
        c: record("c", "r", ',"custom":{"tags":["x","y"]}'),
        e: record("e", "r", ',"JobType":"U"'),
        g: record("g", "r", ',"custom":{"tags":["y"]}'),
        // Removed, and only not deleted yet.
        z: record("z", "q", ',"custom":{"tags":["y"]}'),
      },
      removed: { "7": { z: 1 } },
      ties: {
        c: { queue: "r", tags: ["x", "y"] },
        g: { queue: "r", tags: ["y"] },
        z: { queue: "q", tags: ["y"] },
      },
      groups: {
        "tag:x": { jobs: { c: "live" } },
        "tag:y": { jobs: { c: "live", z: "live", g: "kept" } },
      },
    });
    const list = async (filter: Given) => (await pages(world, filter)).flat().join("");
    assert.equal(
      {
        enqueued: await list({ state: "enqueued" }),
        dead: await list({ state: "dead" }),
        done: await list({ state: "done" }),
        cancelled: await list({ state: "cancelled" }),
        r: await list({ queue: "r" }),
        none: await list({ queue: "none" }),
        "enqueued in r": await list({ state: "enqueued", queue: "r" }),
        "enqueued in none": await list({ state: "enqueued", queue: "none" }),
        "retries of r": await list({ state: "retries", queue: "r" }),
        U: await list({ jobtype: "U" }),
        "U in q": await list({ jobtype: "U", queue: "q" }),
        y: await list({ tag: "y" }),
        "y in dead": await list({ tag: "y", state: "dead" }),
        "y and U": await list({ tag: "y", jobtype: "U" }),
        "y in r": await list({ tag: "y", queue: "r" }),
        "y in q": await list({ tag: "y", queue: "q" }),
        "x in dead": await list({ tag: "x", state: "dead" }),
        nobody: await list({ tag: "nobody" }),
        "y, one at a time": await list({ tag: "y", count: 1 }),
      },
      {
        enqueued: "bac",
        dead: "g",
        done: "h",
        cancelled: "i",
        r: "ceg",
        none: "",
        "enqueued in r": "c",
        "enqueued in none": "",
        "retries of r": "e",
        U: "e",
        "U in q": "",
        y: "cg",
        "y in dead": "g",
        "y and U": "",
        "y in r": "cg",
        "y in q": "",
        "x in dead": "",
        nobody: "",
        "y, one at a time": "cg",
      },
    );
  }),
);

test(
  "what is told of a job is what JOB GET tells",
  withEngine(async (world) => {
    const failure = { retryCount: 2, remaining: 1, errtype: "E", message: "m" };
    await world.seed({
      jobs: {
        a: { ...record("a", "q", ',"custom":{"tags":["x"]}'), enqueuedAt: 5, failure },
        b: record("b"),
      },
      retries: { a: 10 },
      done: { b: 11 },
    });
    const { entries } = await page(world, {});
    const job: JobListEntry = {
      jid: "a",
      state: "retries",
      queue: "q",
      jobtype: "T",
      tags: ["x"],
      attempt: 4,
      dueAt: 10,
      enqueuedAt: 5,
    };
    const plain = { attempt: 1, tags: undefined, dueAt: undefined, enqueuedAt: undefined };
    assert.equal(entries, [job, { ...job, ...plain, jid: "b", state: "done" }]);
  }),
);

test(
  "one that can't be read is told of, unless a filter asks what it is",
  withEngine(async (world) => {
    const foreign = { ...record("a"), v: 9 } as unknown as ReturnType<typeof record>;
    await world.seed({
      jobs: { a: foreign, c: record("c") },
      damaged: { b: "c1" },
      dead: { a: 1, b: 2, c: 3 },
    });
    const { entries } = await page(world, { state: "dead", count: 2 });
    assert.equal(entries, [
      {
        jid: "a",
        state: "dead",
        unreadable: "job a was stored in format 9, which this broker does not know",
      },
      { jid: "b", state: "dead", unreadable: "job b is damaged: its record can't be read" },
    ]);
    assert.equal(await pages(world, { jobtype: "T" }), [["c"]]);
    assert.equal(await pages(world, { queue: "q" }), [["c"]]);
  }),
);

test(
  "a job that stays is listed exactly once, whatever comes and goes before and behind the cursor",
  withEngine(async (world) => {
    const { push, engine, clock } = world;
    const at = clock.now() + 3_600_000;
    // All at one time, so that only their names order them.
    const jids = Array.from({ length: 300 }, (_, index) => `job-${String(index).padStart(3, "0")}`);
    for (const jid of jids) await push(jid, { at, text: Buffer.from(text(jid)) });
    const gone = new Set<string>();
    const found = await pages(world, { state: "scheduled", count: 7 }, async (round) => {
      // The one that the cursor names, one before it, and one behind it.
      for (const index of [7 * round - 1, 7 * round - 4, 7 * round + 3]) {
        const jid = jids[index];
        if (jid === undefined || gone.has(jid)) continue;
        await engine.interventions.delete(jid);
        gone.add(jid);
      }
      const name = `job-${String(7 * round).padStart(3, "0")}-new`;
      await push(name, { at, text: Buffer.from(text(name)) });
    });
    const listed = found.flat();
    assert.is(new Set(listed).size, listed.length, "none is listed twice");
    const stayed = jids.filter((jid) => !gone.has(jid));
    assert.equal(
      stayed.filter((jid) => !listed.includes(jid)),
      [],
    );
  }),
);

test(
  "a job with a tag is listed once, wherever it goes while it waits or runs",
  withEngine(async (world) => {
    const { push, engine, client } = world;
    const jids = Array.from({ length: 20 }, (_, index) => `job-${String(index).padStart(2, "0")}`);
    for (const jid of jids) await push(jid, { tags: ["t"], text: Buffer.from(text(jid)) });
    const worker = client("w");
    const found = await pages(world, { tag: "t", count: 3 }, async () => {
      await worker.fetch("q");
      const [fetched = ""] = worker.answers.slice(-1);
      await engine.jobs.snooze(fetched, 60);
    });
    assert.equal(found.flat(), jids);
  }),
);

test(
  "a queue that has gone with the cursor in it does not end the list",
  withEngine(async (world) => {
    const { push, engine } = world;
    for (const queue of ["a", "b", "c"]) {
      for (const number of [1, 2]) {
        await push(`${queue}-${number}`, { queue, text: Buffer.from(text(queue)) });
      }
    }
    const found = await pages(world, { count: 1 }, async (round) => {
      if (round === 3) await engine.queues.remove({ names: ["b"], hasStar: false });
    });
    assert.equal(found, [["a-1"], ["a-2"], ["b-1"], ["c-1"], ["c-2"], []]);
  }),
);

test(
  "a cursor is for the list that gave it",
  withEngine(async (world) => {
    await world.seed(everywhere);
    const { cursor = "" } = await page(world, { state: "enqueued", queue: "q", count: 1 });
    const refused = "CommandError: invalid JOB LIST: the cursor is from a JOB LIST of other jobs";
    for (const filter of [{ state: "dead" }, { state: "enqueued", queue: "r" }] as const) {
      assert.is(await page(world, { ...filter, cursor }).catch(String), refused);
    }
    const forged = await page(world, { cursor: "forged" }).catch(String);
    assert.is(forged, "CommandError: invalid JOB LIST: the cursor is not from a JOB LIST");
    for (const filter of [{ tag: "t" }, { tag: "t", state: "enqueued" }] as const) {
      assert.is(await page(world, { ...filter, cursor }).catch(String), refused);
    }
    await world.push("t-1", { tags: ["t"], text: Buffer.from(text("t-1")) });
    await world.push("t-2", { tags: ["t"], text: Buffer.from(text("t-2")) });
    const tagged = await page(world, { tag: "t", count: 1 });
    for (const filter of [{ tag: "u" }, {}, { state: "enqueued" }] as const) {
      const asked = { ...filter, cursor: tagged.cursor ?? "" };
      assert.is(await page(world, asked).catch(String), refused);
    }
    // What else narrows the list may change on the way.
    const rest = await page(world, { state: "enqueued", jobtype: "T", cursor });
    assert.equal(
      rest.entries.map(({ jid }) => jid),
      ["t-1", "t-2", "a", "c"],
    );
  }),
);

test(
  "one command looks at a thousand jobs, and at eight mebibytes or a little more",
  withEngine(async (world) => {
    const { redis, keys, flaky } = world;
    const many = Array.from({ length: 2_500 }, (_, index) => `job-${index}`);
    await redis.zadd(keys.dead, ...many.flatMap((jid, index) => [index, jid]));
    const small = encodeRecord({ v: 1, queue: "q" }, Buffer.from(text("x")));
    await redis.hset(keys.jobs, new Map(many.map((jid) => [jid, small] as const)));
    const rare = encodeRecord({ v: 1, queue: "q" }, Buffer.from('{"jobtype":"Rare"}'));
    await redis.hset(keys.jobs, "job-2400", rare);
    const found = await pages(world, { state: "dead", jobtype: "Rare" });
    assert.equal(found, [[], [], ["job-2400"]]);
    assert.is(flaky.calls("catalogue.read"), 10 + 10 + 6);
    const large = encodeRecord({ v: 1, queue: "q" }, Buffer.from(text("x".repeat(500_000))));
    for (let index = 0; index < 40; index++) await redis.hset(keys.jobs, `job-${index}`, large);
    const [first = []] = await pages(world, { state: "dead", count: 1_000 });
    // Three of them come with a call.
    assert.is(first.length, 18);
  }),
);

test(
  "very many empty queues are gone through in bounded commands",
  withEngine(async (world) => {
    const { redis, keys, flaky, push } = world;
    const names = Array.from({ length: 25_000 }, (_, index) => `queue-${index}`);
    await redis.sadd(keys.queues, ...names);
    await push("last", { queue: "z", text: Buffer.from(text("last")) });
    assert.equal(await pages(world, { state: "enqueued" }), [[], [], ["last"]]);
    assert.is(flaky.calls("catalogue.read"), 100 + 100 + 51);
  }),
);

test.run();
