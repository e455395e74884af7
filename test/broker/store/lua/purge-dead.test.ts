import { suite } from "uvu";
import { purgeDead } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/purge-dead");

const run =
  (limits: { diedBefore: number; keep: number; limit: number }) =>
  ({ link, keys }: TestStore) =>
    purgeDead.run(link, keys, { ...limits, now: 999 });

const job = { v: 1, queue: "q", text: "text" } as const;

const given = {
  jobs: { a: job, b: job, c: job, d: job, queued: job },
  queues: { q: { queued: "5/1" } },
  queueNames: ["q"],
  dead: { a: 400, b: 100, c: 300, d: 200 },
};

transition(test, "those that died too long ago are deleted", {
  given,
  when: run({ diedBefore: 300, keep: 100, limit: 100 }),
  returns: 2,
  leaves: { jobs: { a: job, c: job, queued: job }, dead: { a: 400, c: 300 } },
});

transition(test, "of those that are too many the oldest are deleted", {
  given,
  when: run({ diedBefore: 0, keep: 1, limit: 100 }),
  returns: 3,
  leaves: { jobs: { a: job, queued: job }, dead: { a: 400 } },
});

transition(test, "who is both too old and one too many is counted once", {
  given,
  when: run({ diedBefore: 300, keep: 3, limit: 100 }),
  returns: 2,
  leaves: { jobs: { a: job, c: job, queued: job }, dead: { a: 400, c: 300 } },
});

transition(test, "at most so many are deleted at once", {
  given,
  when: run({ diedBefore: 900, keep: 0, limit: 1 }),
  returns: 1,
  leaves: {
    jobs: { a: job, c: job, d: job, queued: job },
    dead: { a: 400, c: 300, d: 200 },
  },
});

transition(test, "those that are neither too old nor too many stay", {
  given,
  when: run({ diedBefore: 100, keep: 4, limit: 100 }),
  returns: 0,
});

test.run();
