import { suite } from "uvu";
import { encodeRecord } from "../../../../broker/store/record.ts";
import {
  latency,
  pauseQueues,
  push,
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
  when: ({ link, keys }) =>
    pauseQueues.run(link, keys, { all: 0 }, [{ queue: "q" }, { queue: "new" }]),
  returns: undefined,
  leaves: { paused: ["new", "q"] },
});

transition(test, "pause of all notes every queue that is known", {
  given: full,
  when: ({ link, keys }) => pauseQueues.run(link, keys, { all: 1 }),
  returns: undefined,
  leaves: { paused: ["q", "r"] },
});

transition(test, "a paused queue hands out nothing, the next one does", {
  given: { ...full, queues: { q: full.queues.q }, paused: ["q"] },
  when: ({ link, keys }) =>
    reserve.run(link, keys, { now: 5, call: "me:1" }, [{ wid: "", queues: "q r" }]),
  returns: [undefined],
});

transition(test, "resume tells all brokers of queues that were paused", {
  given: { ...full, paused: ["new", "q", "r"] },
  when: ({ link, keys }) =>
    resumeQueues.run(link, keys, { all: 0 }, [{ queue: "q" }, { queue: "other" }]),
  returns: undefined,
  leaves: { paused: ["new", "r"] },
  notices: ["queue q "],
});

transition(test, "resume of all resumes what is paused", {
  given: { ...full, paused: ["new"] },
  when: ({ link, keys }) => resumeQueues.run(link, keys, { all: 1 }),
  returns: undefined,
  leaves: { paused: [] },
  notices: ["queue new "],
});

transition(test, "remove sets a queue's jobs aside, and forgets its name and its pause", {
  given: { ...full, paused: ["q", "r"] },
  when: ({ link, keys }) =>
    removeQueues.run(link, keys, { all: 0 }, [{ queue: "q" }, { queue: "unknown" }]),
  returns: undefined,
  leaves: {
    queues: { r: full.queues.r },
    queueNames: ["r"],
    paused: ["r"],
    removed: { "4": { a: 4 * 2 ** 48 + 1, b: 4 * 2 ** 48 + 2 } },
    sequence: 4,
  },
});

transition(test, "remove of all removes every queue, and un-pauses the unknown", {
  given: {
    jobs: { a: job },
    queues: { q: { a: "5/1" } },
    queueNames: ["empty", "q"],
    paused: ["new"],
    sequence: 3,
  },
  when: ({ link, keys }) => removeQueues.run(link, keys, { all: 1 }),
  returns: undefined,
  leaves: {
    queues: {},
    queueNames: [],
    paused: [],
    removed: { "4": { a: 4 * 2 ** 48 + 1 } },
    sequence: 4,
  },
});

transition(test, "a job that was removed and is not deleted yet can be pushed anew", {
  given: { jobs: { a: job, b: job }, removed: { "7": { a: 1, b: 2 } }, sequence: 7 },
  when: async ({ link, keys, store }) => {
    const header = { v: 1, queue: "q", enqueuedAt: 5 } as const;
    const record = encodeRecord(header, Buffer.from("new"));
    const item = { jid: "a", queue: "q", band: 4 * 2 ** 48, due: "", record };
    const stored = await push.run(link, keys, { origin: "me" }, [item]);
    while ((await store.waiting.deleteRemoved()) > 0);
    return stored;
  },
  returns: [true],
  leaves: {
    jobs: { a: { v: 1, queue: "q", enqueuedAt: 5, text: "new" } },
    queues: { q: { a: "5/8" } },
    queueNames: ["q"],
    removed: {},
    sequence: 8,
  },
  notices: ["queue q me"],
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

test.run();
