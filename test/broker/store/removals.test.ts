import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { deleteRemoved } from "../../../broker/store/scripts.ts";
import { newJob } from "../../kit/engine.ts";
import { openStore, promote, type TestStore } from "../../kit/store.ts";

// A jid that is removed is free at once, and its record is deleted later: whatever comes in between,
// the record of a live job must not be, and none may be left behind.

const test = suite("store: removals");

/** Another one is tried each time; `SEED=… RUNS=… node --import tsx …` repeats one, or tries more. */
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["RUNS"] ?? 60);

type Place = "queue" | "scheduled" | "retries" | "working" | "dead" | "done";

// Few of each, so that they meet often.
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      jid: fc.constantFrom(..."abcd"),
      queue: fc.constantFrom("q", "r"),
      isLater: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("remove" as const),
      queues: fc.constantFrom<(readonly string[] | "*")[]>("*", ["q"], ["r"]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("clear" as const),
      set: fc.constantFrom("scheduled" as const, "retries" as const, "dead" as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("reserve" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(...(["ack", "complete", "fail", "kill", "delete job"] as const)),
      jid: fc.constantFrom(..."abcd"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("promote" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("delete" as const),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** Does the steps, and knows of each jid only in which push it came last, and where it must be. */
class Jids {
  readonly #world: TestStore;
  readonly #places = new Map<string, { place: Place; text: string; queue: string }>();
  #pushes = 0;

  constructor(world: TestStore) {
    this.#world = world;
  }

  async run(step: Step): Promise<void> {
    const { store, clock } = this.#world;
    const places = this.#places;
    switch (step.do) {
      case "push": {
        const { jid, queue, isLater } = step;
        const text = `push ${++this.#pushes}`;
        const due = isLater ? { at: clock.now() + 1_000 } : { enqueuedAt: clock.now() };
        const job = { ...newJob(jid, { queue, retry: 1, text: Buffer.from(text) }), ...due };
        const isFree = ["dead", "done"].includes(places.get(jid)?.place ?? "dead");
        assert.is((await store.push(job)) === "stored", isFree, `push of ${jid}`);
        if (isFree) places.set(jid, { place: isLater ? "scheduled" : "queue", text, queue });
        break;
      }
      case "remove":
        await store.queues.remove(step.queues);
        for (const [jid, { place, queue }] of places) {
          const isNamed = step.queues === "*" || step.queues.includes(queue);
          if (place === "queue" && isNamed) places.delete(jid);
        }
        break;
      case "clear":
        await store.waiting.clear(step.set);
        for (const [jid, { place }] of places) if (place === step.set) places.delete(jid);
        break;
      case "reserve": {
        const reserved = await store.reserve({ wid: "w", queues: ["q", "r"] });
        const found = places.get(reserved?.jid ?? "");
        if (found !== undefined) found.place = "working";
        break;
      }
      case "ack":
        if ((await store.ack({ jid: step.jid })) === "done") places.delete(step.jid);
        break;
      case "complete": {
        const job = { jid: step.jid, forgetAt: clock.now() + 1_000, result: undefined };
        const found = places.get(step.jid);
        if ((await store.complete(job)) === "done" && found !== undefined) found.place = "done";
        break;
      }
      case "delete job": {
        const found = places.get(step.jid);
        const outcome = await store.catalogue.delete(step.jid);
        if (found === undefined) assert.is(outcome, "unknown");
        else assert.is(outcome, found.place === "working" ? "working" : "deleted");
        if (outcome === "deleted") places.delete(step.jid);
        break;
      }
      case "fail": {
        const report = { errtype: "E", message: "m", backtrace: [] };
        const job = { jid: step.jid, report, jitter: 0, cause: "reported" } as const;
        const { kind } = await store.fail(job);
        const found = places.get(step.jid);
        if (found !== undefined && kind === "retried") found.place = "retries";
        if (found !== undefined && kind === "died") found.place = "dead";
        break;
      }
      case "kill": {
        const found = places.get(step.jid);
        if (found?.place !== "scheduled" && found?.place !== "retries") break;
        await store.waiting.kill([{ set: found.place, jid: step.jid }]);
        found.place = "dead";
        break;
      }
      case "promote":
        clock.advance(60_000);
        for (const { jid } of await promote(this.#world)) {
          const found = places.get(jid);
          if (found !== undefined) found.place = "queue";
        }
        break;
      case "delete":
        await this.delete(step.limit);
        break;
    }
  }

  async delete(limit: number): Promise<number> {
    const { link, keys } = this.#world;
    return await deleteRemoved.run(link, keys, { limit, now: 99 });
  }

  async check(isAllDeleted: boolean): Promise<void> {
    const { queues, scheduled, retries, working, dead, done, jobs, removed, revived } =
      await this.#world.state();
    const sets = {
      queue: Object.fromEntries(Object.values(queues).flatMap(Object.entries)),
      scheduled,
      retries,
      working,
      dead,
      done,
    };
    for (const [place, set] of Object.entries(sets)) {
      const expected = [...this.#places].filter(([, found]) => found.place === place);
      assert.equal(Object.keys(set).toSorted(), expected.map(([jid]) => jid).toSorted(), place);
    }
    for (const [jid, { text }] of this.#places)
      assert.is(jobs[jid]?.text, text, `record of ${jid}`);
    if (!isAllDeleted) return;
    assert.equal(Object.keys(jobs).toSorted(), [...this.#places.keys()].toSorted(), "records");
    assert.equal([removed, revived], [{}, {}]);
  }
}

test(`no record of a live job is deleted, and none is left behind (seed ${seed})`, async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
    async (steps) => {
      const world = await openStore();
      try {
        const jids = new Jids(world);
        for (const one of steps) {
          await jids.run(one);
          await jids.check(false);
        }
        while ((await jids.delete(10)) > 0);
        await jids.check(true);
      } finally {
        world.close();
      }
    },
  );
  const limits = { numRuns, interruptAfterTimeLimit: 20_000 };
  await fc.assert(property, { ...limits, seed, includeErrorInReport: true });
});

test.run();
