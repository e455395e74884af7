import { suite } from "uvu";
import {
  latency,
  pauseQueues,
  removeQueues,
  reserve,
  resumeQueues,
} from "../../../../broker/store/scripts.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/pause-queues, resume-queues, remove-queues and latency");

const job = { v: 1, queue: "q", text: "text" } as const;
const full = {
  jobs: { a: job, b: job, c: { ...job, queue: "r" } },
  queues: { q: { a: "5/1", b: "5/2" }, r: { c: "5/3" } },
  queueNames: ["q", "r"],
  sequence: 3,
};

transition(test, "pause notes queues by name, known or not", {
  given: full,
  when: ({ link, keys }) => pauseQueues.run(link, keys, {}, [{ queue: "q" }, { queue: "new" }]),
  returns: undefined,
  leaves: { paused: ["new", "q"] },
});

transition(test, "a paused queue hands out nothing, the next one does", {
  given: { ...full, queues: { q: full.queues.q }, paused: ["q"] },
  when: ({ link, keys }) =>
    reserve.run(link, keys, { now: 5, call: "me:1" }, [{ wid: "", queues: "q r", lease: 0 }]),
  returns: [undefined],
});

transition(test, "resume tells all brokers at once of the queues that were paused", {
  given: { ...full, paused: ["new", "q", "r"] },
  when: ({ link, keys }) =>
    resumeQueues.run(link, keys, {}, [{ queue: "q" }, { queue: "other" }, { queue: "new" }]),
  returns: undefined,
  leaves: { paused: ["r"], sequence: 4 },
  notices: ["resumed q new"],
});

transition(test, "resume of queues that are not paused tells nobody", {
  given: { ...full, paused: ["r"] },
  when: ({ link, keys }) => resumeQueues.run(link, keys, {}, [{ queue: "q" }]),
  returns: undefined,
});

transition(test, "remove sets a queue's jobs aside, and forgets its name and its pause", {
  given: { ...full, paused: ["q", "r"] },
  when: ({ link, keys }) =>
    removeQueues.run(link, keys, {}, [{ queue: "q" }, { queue: "unknown" }]),
  returns: undefined,
  leaves: {
    queues: { r: full.queues.r },
    queueNames: ["r"],
    paused: ["r"],
    removed: { "4": { a: 4 * 2 ** 48 + 1, b: 4 * 2 ** 48 + 2 } },
    sequence: 4,
  },
});

transition(test, "remove forgets queues that are empty, and the pause of one that is unknown", {
  given: { jobs: {}, queueNames: ["empty"], paused: ["new"], sequence: 3 },
  when: ({ link, keys }) =>
    removeQueues.run(link, keys, {}, [{ queue: "empty" }, { queue: "new" }]),
  returns: undefined,
  leaves: { queueNames: [], paused: [] },
});

transition(test, "latency gives the time of the job that has waited longest, of any priority", {
  given: {
    jobs: {
      a: { ...job, enqueuedAt: 300 },
      b: { ...job, enqueuedAt: 100, priority: 1 },
      c: { ...job, enqueuedAt: 200, priority: 9 },
    },
    queues: { q: { a: "5/1", b: "1/2", c: "9/3" } },
    queueNames: ["q"],
  },
  when: ({ link, keys }) => latency.run(link, keys, {}, [{ queue: "q" }, { queue: "none" }]),
  returns: [100, undefined],
});

transition(test, "latency passes over what it can't read", {
  given: {
    jobs: { c: { ...job, enqueuedAt: 200 } },
    queues: { q: { a: "9/1", c: "5/3", d: "1/2" }, r: { e: "5/4" } },
  },
  when: async ({ link, keys, redis }) => {
    await redis.hset(keys.jobs, "a", Buffer.of(0xc1));
    const since = await latency.run(link, keys, {}, [{ queue: "q" }, { queue: "r" }]);
    await redis.hdel(keys.jobs, "a");
    return since;
  },
  returns: [200, undefined],
});

transition(test, "latency guesses nothing from a job whose format is not known", {
  given: {
    jobs: {
      a: { ...job, enqueuedAt: 300 },
      b: { ...job, v: 9, enqueuedAt: "1970" } as unknown as typeof job,
    },
    damaged: { c: "c1" },
    queues: { q: { a: "5/1", b: "9/2", c: "1/3", gone: "3/4" }, r: { c: "5/5", b: "6/6" } },
    queueNames: ["q", "r"],
  },
  when: ({ link, keys }) => latency.run(link, keys, {}, [{ queue: "q" }, { queue: "r" }]),
  returns: [300, undefined],
});

test.run();
