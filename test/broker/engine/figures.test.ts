import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JobFigures } from "../../../protocol/commands/job-figures.ts";
import { openEngine, type TestEngine, withEngine } from "../../kit/engine.ts";

const test = suite("engine/figures");

const DAY_MS = 86_400_000;
const report = { errtype: "E", message: "m", backtrace: [] };

interface Given {
  jobtype?: string;
  waitMs?: number;
  runMs?: number;
  fails?: boolean;
}

let count = 0;

/** A job that waits and runs for so long. */
async function run({ engine, push, client, clock }: TestEngine, given: Given = {}): Promise<void> {
  const { jobtype = "T", waitMs = 0, runMs = 0, fails = false } = given;
  const jid = `job-${++count}`;
  await push(jid, { text: Buffer.from(JSON.stringify({ jid, jobtype })) });
  clock.advance(waitMs);
  await client("w").fetch("q");
  clock.advance(runMs);
  if (fails) await engine.jobs.fail(jid, report);
  else await engine.jobs.ack(jid);
}

function assertNear(found: number | undefined, expected: number): void {
  assert.ok(found !== undefined && Math.abs(found / expected - 1) <= 0.05, `${found}`);
}

test(
  "A2.7 half, 95 and 99 of 100 jobs of a type take no longer than is told, and a lease is suggested",
  withEngine(async (world) => {
    for (let index = 1; index <= 100; index++) {
      await run(world, { waitMs: index, runMs: index * 10_000, fails: index % 4 === 0 });
    }
    const { waitMs, runMs, ...figures } = await world.engine.figures.of("T");
    assertNear(waitMs?.p50, 50);
    assertNear(waitMs?.p95, 95);
    assertNear(waitMs?.p99, 99);
    assertNear(runMs?.p50, 500_000);
    assertNear(runMs?.p95, 950_000);
    assertNear(runMs?.p99, 990_000);
    const p99 = (runMs?.p99 ?? 0) / 1_000;
    assert.equal(figures, {
      jobtype: "T",
      count: 100,
      failed: 25,
      suggestedLease: Math.ceil(p99 / 10),
      suggestedReserveFor: Math.ceil(p99 * 3),
    });
  }),
);

/** What is suggested for a type all of whose jobs run for so long, in seconds. */
const suggestions: [runSeconds: number, lease: number, reserveFor: number][] = [
  [0, 15, 60],
  [10, 15, 60],
  [7_200, 300, 22_000],
  [86_400, 300, 86_400],
];

for (const [runSeconds, lease, reserveFor] of suggestions) {
  test(
    `for jobs of ${runSeconds} s a lease of ${lease} s is suggested, and a reservation of ${reserveFor} s`,
    withEngine(async (world) => {
      for (let runs = 0; runs < 20; runs++) await run(world, { runMs: runSeconds * 1_000 });
      const { suggestedLease, suggestedReserveFor = 0 } = await world.engine.figures.of("T");
      assert.is(suggestedLease, lease);
      assertNear(suggestedReserveFor, reserveFor);
    }),
  );
}

test(
  "from few jobs nothing is suggested, and of none nothing is told",
  withEngine(async (world) => {
    for (let runs = 0; runs < 19; runs++) await run(world);
    const figures = await world.engine.figures.of("T");
    assert.is(figures.count, 19);
    assert.is(figures.suggestedLease, undefined);
    assert.equal(await world.engine.figures.of("U"), { jobtype: "U", count: 0, failed: 0 });
  }),
);

test(
  "what all brokers have measured is told by each, when it has been saved",
  withEngine(async (world) => {
    const { engine, namespace, socketPath, clock } = world;
    const other = await openEngine({ namespace, socketPath, clock });
    await run(world, { runMs: 100 });
    await run(other, { runMs: 100 });
    assert.is((await engine.figures.of("T")).count, 1);
    await other.engine.figures.save();
    assert.is((await engine.figures.of("T")).count, 2);
    other.close();
  }),
);

test(
  "a job that ends through another broker than the one that handed it out is not measured",
  withEngine(async (world) => {
    const { engine, push, client, namespace, socketPath, clock } = world;
    const other = await openEngine({ namespace, socketPath, clock });
    await push("a", { text: Buffer.from('{"jid":"a","jobtype":"T"}') });
    await client("w").fetch("q");
    await other.engine.jobs.ack("a");
    assert.is((await other.engine.figures.of("T")).count, 0);
    // Nor when it is repeated here.
    await engine.jobs.ack("a");
    assert.is((await engine.figures.of("T")).count, 0);
    other.close();
  }),
);

/** Ends that tell nothing of how long a job of this type takes. */
const otherEnds: Record<string, (world: TestEngine, token: number) => Promise<unknown>> = {
  "is handed back": ({ engine }, token) => engine.jobs.handBack("a", token),
  "was called off and is done": async ({ engine }, token) => {
    await engine.cancellations.cancelJob("a", {});
    await engine.jobs.ack("a", token);
  },
  "was called off and fails": async ({ engine }, token) => {
    await engine.cancellations.cancelJob("a", {});
    await engine.jobs.fail("a", report, token);
  },
  "is put off": ({ engine }, token) => engine.jobs.snooze("a", 60, token),
  "is lost with its worker": async ({ engine, clock }) => {
    for (let seconds = 0; seconds <= 60; seconds++) {
      await engine.jobs.keepAlive();
      clock.advance(1_000);
    }
    await engine.jobs.expireOverdue();
  },
};

for (const [what, end] of Object.entries(otherEnds)) {
  test(
    `a job that ${what} is not measured, nor is what its worker says then`,
    withEngine(async (world) => {
      const { engine, push, client, state } = world;
      await push("a", { text: Buffer.from('{"jid":"a","jobtype":"T"}') });
      const worker = client("w", 30_000);
      await worker.fetch("q");
      await end(world, worker.tokens[0] ?? 0);
      assert.equal((await state()).working, {});
      await engine.jobs.ack("a");
      assert.is((await engine.figures.of("T")).count, 0);
    }),
  );
}

test(
  "figures are of seven days",
  withEngine(async (world) => {
    const { engine, clock } = world;
    const counts: number[] = [];
    await run(world);
    await engine.figures.save();
    for (let days = 0; days < 8; days++) {
      counts.push((await engine.figures.of("T")).count);
      if (days === 3) await run(world);
      clock.advance(DAY_MS);
    }
    assert.equal(counts, [1, 1, 1, 1, 2, 2, 2, 1]);
    assert.equal(await engine.figures.jobtypes(), ["T"]);
    clock.advance(4 * DAY_MS);
    assert.equal(await engine.figures.jobtypes(), []);
  }),
);

test(
  "the types are told in their order",
  withEngine(async (world) => {
    for (const jobtype of ["b", "a c", "B"]) await run(world, { jobtype });
    assert.equal(await world.engine.figures.jobtypes(), ["B", "a c", "b"]);
  }),
);

test(
  "types that are too many are left out, and that is said once",
  withEngine(async (world) => {
    const { engine, seed, clock, log } = world;
    const known: Record<string, number> = {};
    for (let index = 0; index < 1_000; index++) known[`T${index}`] = clock.now();
    await seed({ jobtypes: known });
    for (const jobtype of ["new", "T5", "newer"]) {
      await run(world, { jobtype });
      await engine.figures.save();
    }
    const counts: Pick<JobFigures, "count">[] = [];
    for (const jobtype of ["new", "T5"]) counts.push(await engine.figures.of(jobtype));
    assert.equal(
      counts.map(({ count: runs }) => runs),
      [0, 1],
    );
    assert.equal(
      log.of("figures.full").map(({ jobtype }) => jobtype),
      ["new"],
    );
  }),
);

test(
  "FLUSH deletes them, and what was measured before it",
  withEngine(async (world) => {
    const { engine, clock, push, client } = world;
    await run(world);
    await engine.figures.save();
    await run(world);
    await push("a", { text: Buffer.from('{"jid":"a","jobtype":"T"}') });
    await client("w").fetch("q");
    await engine.flush();
    clock.advance(1);
    await engine.jobs.ack("a");
    assert.is((await engine.figures.of("T")).count, 0);
    assert.equal(await engine.figures.jobtypes(), []);
  }),
);

test.run();
