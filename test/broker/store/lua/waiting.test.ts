import { suite } from "uvu";
import { clear, deleteRemoved, discard, kill } from "../../../../broker/store/scripts.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/kill, discard, clear and delete-removed");

const job = { v: 1, queue: "q", text: "text" } as const;
const waiting = {
  jobs: { a: job, b: job, c: job },
  scheduled: { a: 10 },
  retries: { b: 20 },
  dead: { c: 30 },
};
const all = [
  { set: "scheduled", jid: "a" },
  { set: "retries", jid: "b" },
  { set: "dead", jid: "c" },
  { set: "dead", jid: "gone" },
];

transition(test, "kill moves jobs to dead, and dates the dead anew", {
  given: waiting,
  when: ({ link, keys }) => kill.run(link, keys, { now: 99 }, all),
  returns: [true, true, true, false],
  leaves: { scheduled: {}, retries: {}, dead: { a: 99, b: 99, c: 99 } },
});

transition(test, "kill leaves a job alone that is not in the set that is named", {
  given: waiting,
  when: ({ link, keys }) => kill.run(link, keys, { now: 99 }, [{ set: "retries", jid: "a" }]),
  returns: [false],
});

transition(test, "discard deletes jobs with their records", {
  given: waiting,
  when: ({ link, keys }) => discard.run(link, keys, { now: 99 }, all),
  returns: [true, true, true, false],
  leaves: { jobs: {}, scheduled: {}, retries: {}, dead: {} },
});

transition(test, "discard leaves a job alone that is not in the set that is named", {
  given: waiting,
  when: ({ link, keys }) => discard.run(link, keys, { now: 99 }, [{ set: "dead", jid: "a" }]),
  returns: [false],
});

transition(test, "clear sets all jobs of a set aside", {
  given: { ...waiting, sequence: 6 },
  when: ({ link, keys }) => clear.run(link, keys, { set: "retries" }),
  returns: undefined,
  leaves: { retries: {}, removed: { "7": { b: 20 } }, sequence: 7 },
});

transition(test, "clear of an empty set changes nothing", {
  given: { jobs: { a: job }, scheduled: { a: 10 } },
  when: ({ link, keys }) => clear.run(link, keys, { set: "retries" }),
  returns: undefined,
});

transition(test, "delete-removed deletes a bounded number, the first first", {
  given: { jobs: { a: job, b: job, c: job }, removed: { "7": { a: 1, b: 2, c: 3 } } },
  when: ({ link, keys }) => deleteRemoved.run(link, keys, { limit: 2, now: 99 }),
  returns: 2,
  leaves: { jobs: { c: job }, removed: { "7": { c: 3 } } },
});

transition(test, "delete-removed works off many removals in a call", {
  given: {
    jobs: { a: job, b: job, c: job, d: job },
    removed: { "7": { a: 1 }, "8": { b: 1, c: 2 }, "9": { d: 1 } },
  },
  when: ({ link, keys }) => deleteRemoved.run(link, keys, { limit: 4, now: 99 }),
  returns: 4,
  leaves: { jobs: {}, removed: {} },
});

transition(test, "delete-removed deletes no more of many removals than of one", {
  given: {
    jobs: { a: job, b: job, c: job, d: job },
    removed: { "7": { a: 1, b: 2 }, "8": { c: 1, d: 2 } },
  },
  when: async ({ link, keys, redis }) => {
    const count = await deleteRemoved.run(link, keys, { limit: 3, now: 99 });
    const left = await redis.hlen(keys.jobs);
    while ((await deleteRemoved.run(link, keys, { limit: 3, now: 99 })) > 0);
    return [count, left];
  },
  returns: [3, 1],
  leaves: { jobs: {}, removed: {} },
});

transition(test, "delete-removed leaves the record of a job alone that was pushed anew", {
  given: {
    jobs: { a: job, b: job },
    scheduled: { a: 10 },
    removed: { "7": { a: 1, b: 2 } },
    revived: { a: 1 },
  },
  when: ({ link, keys }) => deleteRemoved.run(link, keys, { limit: 5, now: 99 }),
  returns: 2,
  leaves: { jobs: { a: job }, removed: {}, revived: {} },
});

transition(
  test,
  "delete-removed deletes the record in the last of the removals that have the job",
  {
    given: {
      jobs: { a: job, b: job },
      removed: { "7": { a: 1 }, "8": { a: 2 }, "9": { a: 3 } },
      revived: { a: 2 },
    },
    when: async ({ link, keys, redis }) => {
      const left: boolean[] = [];
      for (let call = 0; call < 3; call++) {
        await deleteRemoved.run(link, keys, { limit: 1, now: 99 });
        left.push((await redis.hexists(keys.jobs, "a")) === 1);
      }
      return left;
    },
    returns: [true, true, false],
    leaves: { jobs: { b: job }, removed: {}, revived: {} },
  },
);

transition(test, "delete-removed forgets a removal that it has finished", {
  given: { jobs: { a: job, z: job }, removed: { "7": { a: 1 } }, dead: { z: 1 } },
  when: ({ link, keys }) => deleteRemoved.run(link, keys, { limit: 2, now: 99 }),
  returns: 1,
  leaves: { jobs: { z: job }, removed: {} },
});

transition(test, "delete-removed has nothing to do when nothing was removed", {
  given: waiting,
  when: ({ link, keys }) => deleteRemoved.run(link, keys, { limit: 2, now: 99 }),
  returns: 0,
});

test.run();
