import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeServer } from "../../../broker/engine/info.ts";
import { MILLRACE_VERSION } from "../../../broker/version.ts";
import { withEngine } from "../../kit/engine.ts";

const test = suite("engine/info");

/** The members with their values' types; strict clients want each of them. */
function typesOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, member]) => [name, typesOf(member)]));
}

test(
  "an empty broker has every member that clients read, with the right type",
  withEngine(async ({ engine, clock }) => {
    const task = { cycles: "number", enqueued: "number", size: "number", wall_time_sec: "number" };
    const crowd = { reaped: "number", size: "number" };
    assert.equal(typesOf(await describeServer(engine, clock)), {
      now: "string",
      server_utc_time: "string",
      faktory: {
        queues: {},
        sets: { dead: "number", retries: "number", scheduled: "number", working: "number" },
        tasks: {
          Busy: crowd,
          Dead: task,
          Retries: task,
          Scheduled: task,
          Stalled: { reaped: "number" },
          Workers: crowd,
          batch: { created: "number" },
        },
        total_failures: "number",
        total_processed: "number",
        total_enqueued: "number",
        total_queues: "number",
      },
      server: {
        description: "string",
        faktory_version: "string",
        millrace_version: "string",
        uptime: "number",
        connections: "number",
        command_count: "number",
        used_memory_mb: "number",
      },
    });
  }),
);

test(
  "what there is stands in it",
  withEngine(async ({ engine, clock, seed }) => {
    const { statistics } = engine;
    Object.assign(statistics, {
      connections: 3,
      commands: 44,
      expired: 5,
      stalled: 14,
      begun: 15,
      forgotten: 6,
    });
    Object.assign(statistics.promoter, { cycles: 7, scheduled: 8, retries: 9, wallTimeMs: 1_500 });
    Object.assign(statistics.purger, { cycles: 10, purged: 11, wallTimeMs: 2_500 });
    await seed({
      queues: { q: { a: "5/1", b: "5/2" }, r: { c: "5/3" } },
      queueNames: ["empty", "q", "r"],
      scheduled: { d: 1 },
      retries: { e: 1, f: 2 },
      working: { g: 1, h: 2, i: 3 },
      dead: { j: 1, k: 1, l: 1, m: 1 },
      workers: { w: 1 },
      counters: { processed: 12, failures: 13 },
    });
    clock.advance(90_061_999);
    const info = (await describeServer(engine, clock)) as Record<string, Record<string, unknown>>;
    assert.is(info["now"], "2026-01-02T01:01:01.999Z");
    assert.is(info["server_utc_time"], "01:01:01 UTC");
    assert.equal(info["faktory"], {
      queues: { empty: 0, q: 2, r: 1 },
      sets: { dead: 4, retries: 2, scheduled: 1, working: 3 },
      tasks: {
        Busy: { reaped: 5, size: 3 },
        Dead: { cycles: 10, enqueued: 11, size: 4, wall_time_sec: 2.5 },
        Retries: { cycles: 7, enqueued: 9, size: 2, wall_time_sec: 1.5 },
        Scheduled: { cycles: 7, enqueued: 8, size: 1, wall_time_sec: 1.5 },
        Stalled: { reaped: 14 },
        Workers: { reaped: 6, size: 1 },
        batch: { created: 15 },
      },
      total_failures: 13,
      total_processed: 12,
      total_enqueued: 3,
      total_queues: 3,
    });
    const { used_memory_mb: _memory, ...server } = info["server"] ?? {};
    assert.equal(server, {
      description: "millrace, Faktory Enterprise compatible",
      faktory_version: "1.10.0",
      millrace_version: MILLRACE_VERSION,
      uptime: 90_061,
      connections: 3,
      command_count: 44,
    });
  }),
);

test.run();
