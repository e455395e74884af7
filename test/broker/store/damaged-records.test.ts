// limit: 60 s
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { describeJob } from "../../../broker/engine/catalogue.ts";
import { encodeRecord } from "../../../broker/store/record.ts";
import { UnreadableJob } from "../../../broker/store/store.ts";
import { encodeJobDescription } from "../../../protocol/commands/job-get.ts";
import { encodeFetchedJob } from "../../../protocol/job.ts";
import { EMPTY, type State } from "../../kit/state.ts";
import { promote, type TestStore, withStore } from "../../kit/store.ts";

// Records that a bad disk, a person or another program has changed. Redis does not undo what a script
// did before it failed: if one stumbled over such a record, jobs could be lost from every set.

const test = suite("store, damaged records");

/** Another one is tried each time; `SEED=…` repeats one. */
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

const text = Buffer.from('{"jid":"x","args":[1]}');

const header = fc.record(
  {
    v: fc.constant(1 as const),
    queue: fc.constantFrom("q", "r"),
    retry: fc.constantFrom(0, 3, -1),
    reserveFor: fc.constantFrom(60, 86_400),
    priority: fc.constantFrom(1, 9),
    enqueuedAt: fc.constant(1_767_225_600_000),
    failure: fc.record({
      retryCount: fc.nat(3),
      remaining: fc.nat(3),
      failedAt: fc.constant(1_767_225_600_000),
      errtype: fc.constant("E"),
      message: fc.constant("m"),
    }),
    runs: fc.nat(30),
    attempts: fc.constantFrom("{}", "\n", "one\ntwo"),
    endedAt: fc.constant(1_767_225_600_000),
    result: fc.constantFrom("", "{}"),
  },
  { requiredKeys: ["v", "queue"] },
);

const anything = fc.oneof(
  fc.anything({ maxDepth: 1, withBigInt: false }),
  fc.constantFrom(
    -1,
    1e300,
    -1e300,
    8.9e15,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 60,
    "",
    null,
  ),
);

/** A header of which one field is of any other kind. */
const oddHeader = fc
  .tuple(
    header,
    fc.constantFrom(
      "queue",
      "retry",
      "reserveFor",
      "priority",
      "enqueuedAt",
      "failure",
      "runs",
      "attempts",
      "endedAt",
      "result",
    ),
    anything,
  )
  .map(([sound, name, value]) => ({ ...sound, [name]: value }));

const oddFailure = fc
  .tuple(
    header,
    fc.constantFrom("retryCount", "remaining", "failedAt", "nextAt", "errtype", "backtrace"),
    anything,
  )
  .map(([sound, name, value]) => ({ ...sound, failure: { ...sound.failure, [name]: value } }));

const sound = fc
  .oneof(header, oddHeader, oddFailure)
  .map((value) => encodeRecord(value as Parameters<typeof encodeRecord>[0], text));

const flipped = fc.tuple(sound, fc.nat(), fc.nat(7)).map(([record, where, bit]) => {
  const copy = Buffer.from(record);
  const index = where % copy.length;
  copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  return copy;
});

const cut = fc.tuple(sound, fc.nat()).map(([whole, at]) => whole.subarray(0, at % whole.length));

const longer = fc
  .tuple(sound, fc.uint8Array({ minLength: 1, maxLength: 6 }))
  .map(([record, more]) => Buffer.concat([record, more]));

const noise = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

const records = fc.array(fc.oneof(sound, flipped, flipped, cut, longer, noise), {
  minLength: 1,
  maxLength: 100,
  size: "max", // otherwise arrays are short
});

/** Where the test clock stands. */
const NOW = Date.UTC(2026, 0, 1);

type Set = "queue" | "scheduled" | "retries" | "working" | "dead" | "done";

/** One step with each job that is in this set; whatever it answers, it must not be lost. */
const steps: { from: Set; name: string; run: (world: TestStore, jids: string[]) => unknown }[] = [
  {
    from: "queue",
    name: "reserve",
    run: ({ store }, jids) =>
      each(jids, async () => {
        const reserved = await store.reserve({ wid: "w", queues: ["q"] });
        if (reserved !== undefined) encodeFetchedJob(reserved);
      }),
  },
  { from: "queue", name: "latency", run: ({ store }) => store.queues.waitingSince(["q"]) },
  { from: "scheduled", name: "enqueue", run: promote },
  { from: "retries", name: "enqueue", run: promote },
  {
    from: "dead",
    name: "enqueue",
    run: ({ store }, jids) =>
      store.waiting.enqueue(
        jids.map((jid) => ({ set: "dead", jid })),
        Number.POSITIVE_INFINITY,
      ),
  },
  ...(["reported", "expired"] as const).map((cause) => ({
    from: "working" as const,
    name: cause,
    run: ({ store }: TestStore, jids: string[]) =>
      each(jids, (jid) => {
        const report = { errtype: "E", message: "m", backtrace: [] };
        return store.fail({ jid, report, jitter: 3, cause });
      }),
  })),
  {
    from: "working",
    name: "release",
    run: ({ store }, jids) =>
      each(jids, (jid) =>
        store.release({
          jid,
          text,
          queue: "q",
          left: 0,
          call: "c:1",
          enqueuedAt: 1,
          failure: undefined,
        }),
      ),
  },
  {
    from: "working",
    name: "hand back",
    run: ({ store }, jids) => each(jids, (jid) => store.handBack({ jid })),
  },
  {
    from: "working",
    name: "snooze",
    run: ({ store }, jids) => each(jids, (jid) => store.snooze({ jid, dueAt: NOW })),
  },
  ...(["queue", "scheduled", "retries", "working", "dead", "done"] as const).map((from) => ({
    from,
    name: "look-up",
    run: ({ store }: TestStore, jids: string[]) =>
      each(jids, async (jid) => {
        const found = await store.catalogue.find(jid);
        const outline = { jobtype: "T", tags: undefined, createdAt: undefined };
        if (found !== undefined) encodeJobDescription(describeJob(found, outline));
      }),
  })),
  {
    from: "working",
    name: "complete",
    run: ({ store }, jids) =>
      each(jids, (jid) => store.complete({ jid, forgetAt: NOW, result: Buffer.from("{}") })),
  },
  ...(["queue", "working", "scheduled", "done"] as const).map((from) => ({
    from,
    name: "push",
    run: ({ store }: TestStore, jids: string[]) =>
      each(jids, (jid) =>
        store.push({
          jid,
          jobtype: "t",
          text,
          queue: "q",
          priority: 5,
          retry: 25,
          reserveForSeconds: 1_800,
          enqueuedAt: NOW,
        }),
      ),
  })),
];

/** What the store says of a job is its own affair here, as long as it is said of that job alone. */
async function each(jids: string[], act: (jid: string) => Promise<unknown>): Promise<void> {
  await Promise.all(
    jids.map((jid) =>
      act(jid).catch((error: unknown) => {
        if (!(error instanceof UnreadableJob)) throw error;
      }),
    ),
  );
}

function given(from: Set, jids: string[]): Partial<State> {
  const scores = Object.fromEntries(jids.map((jid) => [jid, NOW - 1]));
  const places = Object.fromEntries(jids.map((jid, index) => [jid, `5/${index + 1}`]));
  // Something is removed and not deleted yet, so that push.lua looks into the records.
  const removed = { "1": { other: 1 } };
  if (from === "queue") return { removed, queues: { q: places }, queueNames: ["q"] };
  if (from !== "working") return { removed, [from]: scores };
  const reservations = jids.map((jid, index) => {
    return [jid, { wid: "w", reservedAt: 1, place: `5/${index + 1}`, call: "c:1" }] as const;
  });
  return { removed, working: scores, reservations: Object.fromEntries(reservations) };
}

/** The sets that a job is in. */
function placesOf(jid: string, state: State): string[] {
  const { queues, scheduled, retries, working, dead, done } = state;
  const sets = Object.entries({ scheduled, retries, working, dead, done, ...queues });
  return sets.filter(([, members]) => jid in members).map(([name]) => name);
}

for (const { from, name, run } of steps) {
  test(`after ${name} each job of ${from} is in one place, whatever its record has become`, async () => {
    const property = fc.asyncProperty(records, async (damages) => {
      await withStore(async (world) => {
        const damaged = damages.map((record, index) => [`j${index}`, record] as const);
        const jids = damaged.map(([jid]) => jid);
        await world.seed({ ...EMPTY, ...given(from, jids) });
        await world.redis.hset(world.keys.jobs, new Map<string, Buffer>(damaged));
        await run(world, jids);
        const state = await world.state();
        for (const jid of jids) {
          // A job that may not be tried again is discarded by a failure, record and all.
          const isKept = jid in state.jobs || jid in state.damaged;
          assert.is(placesOf(jid, state).length, isKept ? 1 : 0, jid);
          assert.ok(isKept || name === "reported" || name === "expired", jid);
        }
      })();
    });
    await fc.assert(property, { seed, numRuns: 8 });
  });
}

test.run();
