import { suite } from "uvu";
import * as assert from "uvu/assert";
import { backOffMs } from "../../worker-sdk/back-off.ts";

const test = suite("worker-sdk/back-off");

test("it doubles with each failure, to a limit, and never is all of one length", () => {
  const backOff = { firstMs: 50, maxMs: 300 };
  const rows = [1, 2, 3, 4, 1_000].map((failures) => [
    backOffMs(backOff, failures, () => 0),
    backOffMs(backOff, failures, () => 1),
  ]);
  assert.equal(rows, [
    [25, 50],
    [50, 100],
    [100, 200],
    [150, 300],
    [150, 300],
  ]);
});

test.run();
