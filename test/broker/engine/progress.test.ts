import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProgressReport, TrackState } from "../../../protocol/progress.ts";
import { openEngine, type TestEngine, withEngine } from "../../kit/engine.ts";
import { failureOf } from "../../kit/failure-of.ts";

const test = suite("engine/progress");

const report = { errtype: "E", message: "m", backtrace: [] };
const LEASE_MS = 30_000;

test(
  "A2.6 what a job tells of itself another broker tells on while it runs, in an order that grows",
  withEngine(async ({ engine, push, client, clock, namespace, socketPath }) => {
    const other = await openEngine({ namespace, socketPath, clock });
    await push("a");
    await client("w").fetch("q");
    const words: Omit<ProgressReport, "jid">[] = [
      { percent: 0, desc: "begun" },
      { percent: 50, result: Buffer.from('{"rows":[12345678901234567890]}') },
      { percent: 50 },
      { percent: 40, desc: "a step back" },
    ];
    let before = 0;
    for (const word of words) {
      await engine.progress.note({ jid: "a", ...word });
      const { state, percent, seq = 0 } = await other.engine.progress.find("a");
      assert.is(state, "working");
      assert.is(percent, word.percent);
      assert.ok(seq > before, `${seq} after ${before}`);
      before = seq;
    }
    const { desc, result, updatedAt } = await other.engine.progress.find("a");
    assert.is(desc, "a step back");
    assert.is(result?.toString(), '{"rows":[12345678901234567890]}');
    assert.is(updatedAt, clock.now());
    other.close();
  }),
);

test(
  "the sequence has grown even when all that was told has been forgotten meanwhile",
  withEngine(async ({ engine, push, client, clock, redis, keys }) => {
    await push("a");
    await client("w").fetch("q");
    await engine.progress.note({ jid: "a" });
    await engine.progress.note({ jid: "a" });
    const { seq = 0 } = await engine.progress.find("a");
    await redis.del(`${keys.progress}0:a`); // as it is after half an hour
    clock.advance(1_800_000);
    await engine.progress.note({ jid: "a" });
    const { seq: later = 0 } = await engine.progress.find("a");
    assert.ok(later > seq, `${later} after ${seq}`);
  }),
);

/** Steps of a job's life, and what FWP calls the place where it is then. */
const lives: Record<string, [step: (world: TestEngine) => Promise<unknown>, state: TrackState][]> =
  {
    "is done": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.ack("a"), "success"],
    ],
    "is scheduled": [
      [({ push, clock }) => push("a", { isTracked: true, at: clock.now() + 60_000 }), "enqueued"],
    ],
    "fails, is tried again, and is done": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.fail("a", report), "failed"],
      [
        ({ clock, engine }) => {
          clock.advance(60_000);
          return engine.jobs.promoteDue();
        },
        "enqueued",
      ],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.ack("a"), "success"],
    ],
    dies: [
      [({ push }) => push("a", { isTracked: true, retry: -1 }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.fail("a", report), "dead"],
    ],
    "fails and is not kept": [
      [({ push }) => push("a", { isTracked: true, retry: 0 }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.fail("a", report), "failed"],
    ],
    "is done, and kept for a moment": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [
        ({ engine }) => engine.jobs.ack("a", undefined, { seconds: 1, result: undefined }),
        "success",
      ],
    ],
    "is put off": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.snooze("a", 60), "enqueued"],
    ],
    "is cancelled while it waits": [
      [({ push, clock }) => push("a", { isTracked: true, at: clock.now() + 60_000 }), "enqueued"],
      [({ engine }) => engine.cancellations.cancelJob("a", {}), "dead"],
    ],
    "is cancelled while it is being worked on": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [
        ({ engine }) => engine.cancellations.cancelJob("a", {}).then(() => engine.jobs.ack("a")),
        "dead",
      ],
    ],
    "is deleted": [
      [({ push, clock }) => push("a", { isTracked: true, at: clock.now() + 60_000 }), "enqueued"],
      [({ store }) => store.waiting.discard([{ set: "scheduled", jid: "a" }]), "unknown"],
    ],
    "is done, and is pushed again as one that is not tracked": [
      [({ push }) => push("a", { isTracked: true }), "enqueued"],
      [({ client }) => client("w").fetch("q"), "working"],
      [({ engine }) => engine.jobs.ack("a"), "success"],
      [({ push }) => push("a"), "unknown"],
    ],
    "is not tracked": [
      [({ push }) => push("a"), "unknown"],
      [({ client }) => client("w").fetch("q"), "unknown"],
      [({ engine }) => engine.jobs.ack("a"), "unknown"],
    ],
    "is not tracked until it tells something": [
      [({ push }) => push("a"), "unknown"],
      [({ client }) => client("w").fetch("q"), "unknown"],
      [({ engine }) => engine.progress.note({ jid: "a", percent: 1 }), "working"],
      [({ engine }) => engine.jobs.ack("a"), "success"],
      [({ engine }) => engine.progress.note({ jid: "a", percent: 100 }), "success"],
    ],
    "is not there": [
      [async () => {}, "unknown"],
      [({ engine }) => engine.progress.note({ jid: "a", percent: 1 }), "unknown"],
    ],
  };

for (const [what, steps] of Object.entries(lives)) {
  test(
    `of a job that ${what}, the state is told at each step, and since when`,
    withEngine(async (world) => {
      const { engine, clock } = world;
      const found: TrackState[] = [];
      for (const [step, expected] of steps) {
        clock.advance(1_000);
        await step(world);
        const { state, updatedAt } = await engine.progress.find("a");
        found.push(state);
        if (expected !== "unknown") assert.is(updatedAt, clock.now());
      }
      assert.equal(
        found,
        steps.map(([, expected]) => expected),
      );
    }),
  );
}

test(
  "of a job that nobody has told anything of there is no time",
  withEngine(async ({ engine }) => {
    const { state, updatedAt, percent, seq } = await engine.progress.find("nobody");
    assert.equal([state, updatedAt, percent, seq], ["unknown", undefined, undefined, undefined]);
  }),
);

test(
  "only who has the lease is heard, unless nobody's is named",
  withEngine(async ({ engine, push, client }) => {
    await push("a");
    const worker = client("mill-7", LEASE_MS);
    await worker.fetch("q");
    const [token = 0] = worker.tokens;
    const stale = await failureOf(engine.progress.note({ jid: "a", percent: 1, token: token - 1 }));
    assert.match(
      String(stale),
      `job a is being worked on by mill-7 under lease ${token}, and lease ${token - 1} does not hold it`,
    );
    assert.is((await engine.progress.find("a")).percent, undefined);
    await engine.progress.note({ jid: "a", percent: 2, token });
    assert.is((await engine.progress.find("a")).percent, 2);
    await engine.progress.note({ jid: "a", percent: 3 });
    assert.is((await engine.progress.find("a")).percent, 3);
  }),
);

test(
  "a reservation that was made longer lasts, whichever broker looks after it, and through each beat",
  withEngine(async ({ engine, push, client, clock, state, namespace, socketPath }) => {
    const startedAt = clock.now();
    await push("plain", { reserveForSeconds: 60 });
    await push("leased");
    await client("w").fetch("q");
    const worker = client("v", LEASE_MS);
    await worker.fetch("q");
    const reserveUntil = startedAt + 120_000;
    for (const jid of ["plain", "leased"]) await engine.progress.note({ jid, reserveUntil });
    await engine.progress.note({ jid: "plain", reserveUntil: startedAt + 90_000 });
    const [token = 0] = worker.tokens;
    assert.equal((await engine.jobs.renew([{ jid: "leased", token }])).lost, []);
    const other = await openEngine({ namespace, socketPath, clock });
    clock.advance(119_999);
    await other.engine.jobs.keepAlive();
    assert.equal(await other.engine.jobs.expireOverdue(), { count: 0, nextAt: reserveUntil });
    assert.equal(Object.keys((await state()).working).toSorted(), ["leased", "plain"]);
    other.close();
  }),
);

test.run();
