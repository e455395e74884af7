import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Histogram } from "../../../broker/engine/histogram.ts";

const test = suite("engine/histogram");

const MONTH_MS = 30 * 24 * 60 * 60 * 1_000;

function histogramOf(times: number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of times) histogram.add(ms);
  return histogram;
}

test("a percentile is within 5 % of the true one, from a millisecond to a month", () => {
  const time = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: MONTH_MS }));
  const share = fc.constantFrom(0.01, 0.5, 0.95, 0.99, 1);
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 200 }), share, (times, of) => {
      const sorted = times.toSorted((one, other) => one - other);
      const exact = sorted[Math.ceil(of * times.length) - 1] ?? Number.NaN;
      const found = histogramOf(times).percentile(of);
      assert.ok(Math.abs(found / exact - 1) <= 0.05, `${found} instead of ${exact}`);
    }),
  );
});

test("what takes no time counts as a millisecond", () => {
  for (const ms of [0, 0.2, -5]) assert.is(histogramOf([ms]).percentile(0.5), 1.04);
});

test("it has few buckets, and their counts are all that there is to it", () => {
  const times = Array.from({ length: 10_000 }, (_, index) => 1 + (index * MONTH_MS) / 10_000);
  const { counts } = histogramOf(times);
  assert.ok(counts.size < 250, `${counts.size} buckets`);
  const copy = new Histogram(counts);
  assert.is(copy.size, 10_000);
  assert.is(copy.percentile(0.5), histogramOf(times).percentile(0.5));
});

test("of nothing there is no percentile", () => {
  assert.is(new Histogram().size, 0);
  assert.throws(() => new Histogram().percentile(0.5), /of nothing/);
});

test.run();
