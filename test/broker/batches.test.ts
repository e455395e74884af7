// limit: 180 s
import * as fc from "fast-check";
import { suite } from "uvu";
import { CALLBACK_KINDS } from "../../protocol/batch.ts";
import { Forest, type Step } from "../kit/forest.ts";
import { openStore } from "../kit/store.ts";

// Random trees of batches, whose jobs come to random ends, in a store and in a model of it.

const test = suite("batches");

/** Another one is tried each time; `SEED=… RUNS=10000 node --import tsx …` repeats one, or tries more. */
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["RUNS"] ?? 300);

const few = fc.array(fc.nat(3), { maxLength: 2 });
const none = fc.constant<number[]>([]);

// The first is the root, and the others are in one that was begun before, as a rule.
const begin = fc.record({
  do: fc.constant("begin" as const),
  parent: fc.option(fc.nat(3), { nil: undefined, freq: 8 }),
  kinds: fc.subarray([...CALLBACK_KINDS]),
  after: fc.oneof({ weight: 3, arbitrary: none }, few),
  afterEnd: fc.oneof({ weight: 5, arbitrary: none }, few),
  isHeld: fc.constantFrom(false, false, false, true),
});

const push = fc.record({
  do: fc.constant("push" as const),
  batch: fc.nat(4),
  retry: fc.constantFrom(25, 1, 0, -1),
  isLater: fc.constantFrom(false, false, false, true),
});

const commit = fc.record({ do: fc.constant("commit" as const), which: fc.nat(4) });

const which = fc.nat(1);

const step = fc.oneof(
  begin,
  { weight: 3, arbitrary: push },
  { weight: 3, arbitrary: commit },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("fetch" as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("ack" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fail" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("requeue" as const), which }) },
  fc.record({ do: fc.constantFrom("ack again" as const, "push again" as const), which: fc.nat(7) }),
  fc.record({ do: fc.constantFrom("kill" as const, "discard" as const), which }),
  fc.record({ do: fc.constantFrom("cancel" as const, "retry" as const), which: fc.nat(4) }),
  fc.record({ do: fc.constantFrom("remove queue" as const, "expire" as const) }),
);

const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.array(begin, { minLength: 1, maxLength: 4 }),
    fc.array(step, { maxLength: 60, size: "max" }),
  )
  .map(([begun, others]) => [...begun, ...others]);

test(`random trees of batches come to what the model says (seed ${seed})`, async () => {
  const world = await openStore();
  let number = 0;
  try {
    const property = fc.asyncProperty(steps, async (taken) => {
      // What others have left, and never ends, would be looked at in each step.
      await world.store.flush();
      const forest = new Forest(world, ++number);
      for (const one of taken) {
        await forest.take(one);
        await forest.goOn();
        await forest.compare();
      }
    });
    await fc.assert(property, { seed, numRuns, includeErrorInReport: true });
  } finally {
    world.close();
  }
});

test.run();
