import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord, type JobHeader } from "../../broker/store/record.ts";
import { type TestServer, withConnections } from "../kit/connection.ts";
import { recordingLogger } from "../kit/log.ts";
import { openStore, sharedRedis } from "../kit/store.ts";

// Jobs that another version of the broker has stored, or whose records have suffered: of a fleet of
// two versions, what the older one makes of them. Its clients are told, and nothing is lost.

const test = suite("broker, jobs that can't be read");

const FOREIGN = "was stored in format 9, which this broker does not know";
const DAMAGED = "is damaged: its record can't be read";

/** As a newer broker would store it: nothing but `v` is promised. */
function foreign(text: string): Buffer {
  return encodeRecord({ v: 9, name: "q" } as unknown as JobHeader, Buffer.from(text));
}

/** Three jobs in one queue, of which the second is not what this broker stored. */
async function pushThree({ push, redis, keys }: TestServer, record: Buffer | undefined) {
  for (const jid of ["job-1", "job-2", "job-3"]) await push(jid);
  if (record === undefined) await redis.hdel(keys.jobs, "job-2");
  else await redis.hset(keys.jobs, "job-2", record);
}

test(
  "one client is told of a job in an unknown format, and the others get theirs",
  withConnections(async (world) => {
    await pushThree(world, foreign("{}"));
    const clients = await Promise.all([world.connect(), world.connect(), world.connect()]);
    const replies = await Promise.all(clients.map(({ wire }) => wire.call("FETCH q")));
    const told = replies.map((reply) => reply.replace(/.*"jid":"(job-\d)".*/s, "$1")).toSorted();
    assert.equal(told, [`-ERR job job-2 ${FOREIGN}`, "job-1", "job-3"]);
    assert.is(world.log.of("command.crashed").length, 0);
  }),
);

test(
  "it waits for a broker that knows its format, and is looked at once a minute until then",
  withConnections(async (world) => {
    const { clock, engine, redis, keys, state } = world;
    await pushThree(world, foreign('{"jid":"job-2"}'));
    const { wire } = await world.connect();
    for (let count = 0; count < 3; count++) await wire.call("FETCH q");
    for (let minute = 0; minute < 3; minute++) {
      assert.equal((await state()).retries, { "job-2": clock.now() + 60_000 });
      clock.advance(60_000);
      assert.equal((await engine.jobs.promoteDue()).enqueued, []);
    }
    assert.is((await state()).jobs["job-2"]?.text, '{"jid":"job-2"}');
    // This broker gets to know the format.
    const known = encodeRecord({ v: 1, queue: "q" }, Buffer.from('{"jid":"job-2"}'));
    await redis.hset(keys.jobs, "job-2", known);
    clock.advance(60_000);
    assert.is((await engine.jobs.promoteDue()).enqueued.length, 1);
    assert.match(await wire.call("FETCH q"), '{"jid":"job-2"');
  }),
);

test(
  "who fails a job that another broker has handed out is sent there",
  withConnections(async (world) => {
    const { redis, keys, state } = world;
    await pushThree(world, encodeRecord({ v: 1, queue: "q" }, Buffer.from("{}")));
    const { wire } = await world.connect();
    for (let count = 0; count < 2; count++) await wire.call("FETCH q");
    await redis.hset(keys.jobs, "job-2", foreign("{}"));
    const before = await state();
    const replies = ["job-2", "job-1"].map((jid) => wire.call(`FAIL {"jid":"${jid}"}`));
    assert.equal(await Promise.all(replies), [`-ERR job job-2 ${FOREIGN}`, "+OK"]);
    const { working, reservations } = await state();
    assert.equal(working, { "job-2": before.working["job-2"] });
    assert.equal(Object.keys(reservations), ["job-2"]);
    assert.is(await wire.call('ACK {"jid":"job-2"}'), "+OK"); // for which nothing has to be read
    assert.equal((await state()).working, {});
  }),
);

test(
  "a reservation of such a job does not end here, and keeps no other from ending",
  withConnections(async (world) => {
    const { clock, engine, redis, keys, state } = world;
    await pushThree(world, encodeRecord({ v: 1, queue: "q" }, Buffer.from("{}")));
    const { wire } = await world.connect();
    for (let count = 0; count < 3; count++) await wire.call("FETCH q");
    await redis.hset(keys.jobs, "job-1", foreign("{}"));
    await redis.hdel(keys.jobs, "job-2");
    clock.advance(1_800_000);
    assert.is((await engine.jobs.expireOverdue()).count, 1);
    const { working, retries } = await state();
    assert.equal(working, { "job-1": clock.now() + 60_000 });
    assert.equal(Object.keys(retries), ["job-3"]);
    assert.is((await engine.jobs.expireOverdue()).count, 0);
  }),
);

test(
  "a damaged job is told of, and goes to dead, from where it can be pushed again",
  withConnections(async (world) => {
    const { push, state } = world;
    await pushThree(world, Buffer.from([0xc1]));
    const { wire } = await world.connect();
    const replies = [await wire.call("FETCH q"), await wire.call("FETCH q")];
    assert.is(replies[1], `-ERR job job-2 ${DAMAGED}`);
    assert.equal(Object.keys((await state()).dead), ["job-2"]);
    await push("job-2");
    const { dead, damaged, queues } = await state();
    assert.equal([dead, damaged], [{}, {}]);
    assert.equal(Object.keys(queues["q"] ?? {}), ["job-3", "job-2"]);
  }),
);

test(
  "a job of which only the text is damaged is told of when it is handed out",
  withConnections(async (world) => {
    const record = encodeRecord({ v: 1, queue: "q" }, Buffer.from('{"jid":"job-2"}'));
    await pushThree(world, record.subarray(0, -1));
    const { wire } = await world.connect();
    const replies = [await wire.call("FETCH q"), await wire.call("FETCH q")];
    assert.is(replies[1], `-ERR job job-2 ${DAMAGED}`);
  }),
);

test(
  "a filter fits no job that can't be read, and a jid does",
  withConnections(async ({ connect, push, redis, keys, clock, state }) => {
    for (const jid of ["job-1", "job-2", "job-3"]) await push(jid, { at: clock.now() + 1_000 });
    await redis.hset(keys.jobs, "job-1", foreign("{}"), "job-2", "");
    const { wire } = await connect();
    const kill = (filter: object) =>
      wire.call(`MUTATE ${JSON.stringify({ cmd: "kill", target: "scheduled", filter })}`);
    assert.is(await kill({ regexp: "*" }), "+OK");
    assert.equal(Object.keys((await state()).scheduled), ["job-1", "job-2"]);
    assert.is(await kill({ jids: ["job-1", "job-2"] }), "+OK");
    assert.equal(Object.keys((await state()).dead).length, 3);
  }),
);

test(
  "a job whose record is gone is taken out, and the client gets the next",
  withConnections(async (world) => {
    await pushThree(world, undefined);
    const { wire } = await world.connect();
    assert.match(await wire.call("FETCH q"), '"jid":"job-1"');
    assert.match(await wire.call("FETCH q"), '"jid":"job-3"');
    const { folder } = await sharedRedis();
    const said = readFileSync(join(folder, "redis.log"), "utf8");
    assert.match(said, `a job without a record was in ${world.keys.queue}q`);
  }),
);

test("the log tells what was put aside, and what could not expire", async () => {
  const log = recordingLogger();
  const { store, seed, close } = await openStore({ log });
  try {
    const job = { v: 9, queue: "q", text: "{}" } as unknown as JobHeader & { text: string };
    await seed({
      jobs: { queued: job, working: job },
      damaged: { broken: "c1" },
      queues: { q: { queued: "5/1", broken: "5/2" } },
      working: { working: 1 },
    });
    for (let count = 0; count < 2; count++) {
      await store.reserve({ wid: "", queues: ["q"] }).catch(() => {});
    }
    const report = { errtype: "", message: "", backtrace: [] };
    const failed = { jid: "working", report, jitter: 0, cause: "expired" } as const;
    assert.equal(await store.fail(failed), { kind: "unknown" });
    assert.equal(log.lines, [
      { level: "debug", event: "redis.connected" },
      { level: "warn", event: "job.put-aside", jid: "queued", version: "9" },
      { level: "warn", event: "job.put-aside", jid: "broken", version: undefined },
      { level: "warn", event: "job.not-expired", jid: "working", version: "9" },
    ]);
  } finally {
    close();
  }
});

test.run();
