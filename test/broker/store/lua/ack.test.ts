import { suite } from "uvu";
import { ack } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/ack");

const run =
  (...jids: string[]) =>
  ({ link, keys }: TestStore) =>
    ack.run(
      link,
      keys,
      { day: "2026-01-01" },
      jids.map((jid) => ({ jid })),
    );

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };

const given = {
  jobs: { a: job, b: job, queued: job, later: job, again: job, dead: job },
  queues: { q: { queued: "5/3" } },
  queueNames: ["q"],
  sequence: 3,
  working: { a: 1_801, b: 1_802 },
  reservations: { a: reservation, b: reservation },
  scheduled: { later: 9 },
  retries: { again: 9 },
  dead: { dead: 2 },
};

transition(test, "nothing is left of a job that is done but the count", {
  given,
  when: run("a"),
  returns: [true],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

transition(test, "several jobs are counted on top of those before", {
  given: {
    ...given,
    counters: { processed: 10, failures: 2 },
    history: { "processed:2025-12-31": 4, "processed:2026-01-01": 6 },
  },
  when: run("a", "b"),
  returns: [true, true],
  leaves: {
    jobs: { queued: job, later: job, again: job, dead: job },
    working: {},
    reservations: {},
    counters: { processed: 12, failures: 2 },
    history: { "processed:2025-12-31": 4, "processed:2026-01-01": 8 },
  },
});

transition(test, "a job that is in any other place is not done by it, and nothing is counted", {
  given,
  when: run("queued", "later", "again", "dead", "nobody"),
  returns: [false, false, false, false, false],
});

transition(test, "a job is done once, though it is named twice", {
  given,
  when: run("a", "nobody", "a"),
  returns: [true, false, false],
  leaves: {
    jobs: { b: job, queued: job, later: job, again: job, dead: job },
    working: { b: 1_802 },
    reservations: { b: reservation },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
});

test.run();
