import * as assert from "uvu/assert";

/**
 * Compares what is made of the left of each row with its right. All rows at once, so that a failure
 * shows every wrong one.
 */
export function assertTable<Value>(
  table: Record<string, Value>,
  run: (left: string) => unknown,
): void {
  assert.equal(Object.fromEntries(Object.keys(table).map((left) => [left, run(left)])), table);
}
