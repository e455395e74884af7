import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addFigures } from "../../../../broker/store/figure-scripts.ts";
import { pack } from "../../../../broker/store/record.ts";
import { type TestStore, withStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/add-figures");

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;

const run =
  (counts: Record<string, Record<string, number>>) =>
  ({ link, keys }: TestStore) =>
    addFigures.run(
      link,
      keys,
      { now: NOW, day: "2026-01-02", days: 7 },
      Object.entries(counts).map(([jobtype, fields]) => ({ jobtype, counts: pack(fields) })),
    );

transition(test, "counts are added to those of the day, and the type is known from then on", {
  given: {
    jobtypes: { old: NOW - 1 },
    figures: { "0:2026-01-01:old": { r5: 1 }, "0:2026-01-02:old": { r5: 2, w0: 2 } },
  },
  when: run({ old: { r5: 3, r7: 1, w0: 4, failed: 1 }, "a new: one": { r1: 1, w1: 1 } }),
  returns: [true, true],
  leaves: {
    jobtypes: { old: NOW, "a new: one": NOW },
    figures: {
      "0:2026-01-01:old": { r5: 1 },
      "0:2026-01-02:old": { r5: 5, r7: 1, w0: 6, failed: 1 },
      "0:2026-01-02:a new: one": { r1: 1, w1: 1 },
    },
  },
});

transition(test, "what was there before a FLUSH is not added to", {
  given: { flushes: 3, figures: { "2:2026-01-02:T": { r5: 9 } } },
  when: run({ T: { r5: 1 } }),
  returns: [true],
  leaves: {
    jobtypes: { T: NOW },
    figures: { "2:2026-01-02:T": { r5: 9 }, "3:2026-01-02:T": { r5: 1 } },
  },
});

const many = (at: number) =>
  Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`T${index}`, at]));

transition(test, "a thousand types are known, and others left out", {
  given: { jobtypes: many(NOW - 7 * DAY_MS) },
  when: run({ new: { r1: 1 }, T7: { r1: 1 } }),
  returns: [false, true],
  leaves: {
    jobtypes: { ...many(NOW - 7 * DAY_MS), T7: NOW },
    figures: { "0:2026-01-02:T7": { r1: 1 } },
  },
});

transition(test, "unless some of them have not been seen for as long as figures are kept", {
  given: { jobtypes: { ...many(NOW), T1: NOW - 7 * DAY_MS - 1, T2: NOW - 8 * DAY_MS } },
  when: run({ new: { r1: 1 } }),
  returns: [true],
  leaves: {
    jobtypes: Object.fromEntries(
      Object.entries({ ...many(NOW), new: NOW }).filter(([name]) => name !== "T1" && name !== "T2"),
    ),
    figures: { "0:2026-01-02:new": { r1: 1 } },
  },
});

test(
  "the counts of a day are kept a day longer than they are told",
  withStore(async (world) => {
    const { redis, keys } = world;
    await run({ T: { r1: 1 } })(world);
    assert.is(await redis.ttl(`${keys.figures}0:2026-01-02:T`), 8 * 86_400);
  }),
);

test.run();
