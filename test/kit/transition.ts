import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { EMPTY, type State } from "./state.ts";
import { type TestStore, withStore } from "./store.ts";

/** One line of a state table: whatever `leaves` does not name must be as it was given. */
export interface Transition<Result> {
  given?: Partial<State>;
  when: (world: TestStore) => Promise<Result>;
  returns: NoInfer<Result>;
  leaves?: Partial<State>;
  /** What is published; nothing by default. */
  notices?: string[];
}

/** Seeds a namespace, makes one transition, and compares all that is in Redis afterwards. */
export function transition<Result>(test: Test, name: string, row: Transition<Result>): void {
  const { given = {}, when, returns, leaves = {}, notices = [] } = row;
  const run = withStore(async (world) => {
    await world.seed(given);
    assert.equal(await when(world), returns);
    assert.equal(await world.state(), { ...EMPTY, ...given, ...leaves });
    assert.equal(await world.notices(), notices);
  });
  test(name, run);
}
