import { suite } from "uvu";
import { purgeHistory } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/purge-history");

const run =
  (before: string) =>
  ({ link, keys }: TestStore) =>
    purgeHistory.run(link, keys, { before });

const given = {
  counters: { processed: 9, failures: 3 },
  history: {
    "processed:2024-12-31": 2,
    "failures:2024-12-31": 1,
    "processed:2025-01-01": 3,
    "processed:2026-01-01": 4,
    "failures:2026-01-01": 2,
  },
};

transition(test, "the counts of days that are too old are deleted, the totals stay", {
  given,
  when: run("2025-01-01"),
  returns: 2,
  leaves: {
    history: {
      "processed:2025-01-01": 3,
      "processed:2026-01-01": 4,
      "failures:2026-01-01": 2,
    },
  },
});

transition(test, "where no day is too old nothing changes", {
  given,
  when: run("2024-12-31"),
  returns: 0,
});

transition(test, "where nothing was counted yet nothing changes", {
  when: run("2025-01-01"),
  returns: 0,
});

test.run();
