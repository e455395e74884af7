import { suite } from "uvu";
import { PLACES_A_PRIORITY } from "../../../../broker/store/keys.ts";
import { encodeRecord } from "../../../../broker/store/record.ts";
import { push } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/push");

interface Given {
  jid: string;
  queue?: string;
  priority?: number;
  due?: number;
  text?: string;
}

const run =
  (...jobs: Given[]) =>
  ({ link, keys }: TestStore) =>
    push.run(
      link,
      keys,
      { origin: "me" },
      jobs.map(({ jid, queue = "q", priority = 5, due, text = "new" }) => ({
        jid,
        queue,
        band: (9 - priority) * PLACES_A_PRIORITY,
        due: due ?? "",
        record: encodeRecord({ v: 1, queue }, Buffer.from(text)),
      })),
    );

/** The record that `run` makes, and one that was there before. */
const fresh = { v: 1, queue: "q", text: "new" } as const;
const older = { v: 1, queue: "q", retry: 3, text: "old" } as const;

transition(test, "the first job of all makes its queue known", {
  when: run({ jid: "a" }),
  returns: ["stored"],
  leaves: { jobs: { a: fresh }, queues: { q: { a: "5/1" } }, queueNames: ["q"], sequence: 1 },
  notices: ["queue q me"],
});

transition(test, "a job goes behind those of its priority, and nobody is told of a queue in use", {
  given: {
    jobs: { a: older },
    queues: { q: { a: "5/7" } },
    queueNames: ["q"],
    sequence: 7,
  },
  when: run({ jid: "b" }),
  returns: ["stored"],
  leaves: {
    jobs: { a: older, b: fresh },
    queues: { q: { a: "5/7", b: "5/8" } },
    sequence: 8,
  },
});

transition(test, "several jobs keep their order, each in its queue and band", {
  when: run(
    { jid: "a" },
    { jid: "b", queue: "r", priority: 9 },
    { jid: "c", priority: 9 },
    { jid: "d", priority: 1 },
    { jid: "e" },
  ),
  returns: ["stored", "stored", "stored", "stored", "stored"],
  leaves: {
    jobs: { a: fresh, b: { ...fresh, queue: "r" }, c: fresh, d: fresh, e: fresh },
    queues: { q: { a: "5/1", c: "9/3", d: "1/4", e: "5/5" }, r: { b: "9/2" } },
    queueNames: ["q", "r"],
    sequence: 5,
  },
  notices: ["queue q me", "queue r me"],
});

transition(test, "a job that is not due yet is scheduled, and no queue is made for it", {
  when: run({ jid: "a", due: 2_000 }, { jid: "b", due: 1_000.5 }),
  returns: ["stored", "stored"],
  leaves: {
    jobs: { a: fresh, b: fresh },
    scheduled: { a: 2_000, b: 1_000.5 },
    sequence: 2,
  },
});

transition(test, "of two jobs with one jid in a call the first is stored", {
  when: run({ jid: "a", text: "first" }, { jid: "a", text: "second", queue: "r" }),
  returns: ["stored", "live"],
  leaves: {
    jobs: { a: { ...fresh, text: "first" } },
    queues: { q: { a: "5/1" } },
    queueNames: ["q"],
    sequence: 2,
  },
  notices: ["queue q me"],
});

const live = {
  queue: { queues: { q: { a: "9/1" } }, queueNames: ["q"] },
  scheduled: { scheduled: { a: 5_000 } },
  retries: { retries: { a: 5_000 } },
  working: {
    working: { a: 5_000 },
    reservations: { a: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
  },
} as const;

for (const [where, sets] of Object.entries(live)) {
  const given = { jobs: { a: older }, queueNames: [], ...sets, sequence: 1 };
  transition(test, `a job that is in ${where} already stays as it was`, {
    given: { ...given, queueNames: [...given.queueNames] },
    when: run({ jid: "a", queue: "r" }),
    returns: ["live"],
    leaves: { sequence: 2 },
  });
  transition(test, `a job that is in ${where} already stays so while others are being deleted`, {
    given: {
      ...given,
      jobs: { a: older, b: older },
      queueNames: [...given.queueNames],
      removed: { "1": { b: 1 } },
    },
    when: run({ jid: "a", queue: "r" }),
    returns: ["live"],
    leaves: { sequence: 2 },
  });
  transition(test, `a job that is in ${where} already is not scheduled anew either`, {
    given: { ...given, queueNames: [...given.queueNames] },
    when: run({ jid: "a", due: 9_000 }),
    returns: ["live"],
    leaves: { sequence: 2 },
  });
}

transition(test, "a dead job starts anew in its queue", {
  given: { jobs: { a: older, b: older }, dead: { a: 500, b: 600 } },
  when: run({ jid: "a", queue: "r" }),
  returns: ["stored"],
  leaves: {
    jobs: { a: { ...fresh, queue: "r" }, b: older },
    dead: { b: 600 },
    queues: { r: { a: "5/1" } },
    queueNames: ["r"],
    sequence: 1,
  },
  notices: ["queue r me"],
});

transition(test, "a dead job starts anew in scheduled", {
  given: { jobs: { a: older }, dead: { a: 500 } },
  when: run({ jid: "a", due: 2_000 }),
  returns: ["stored"],
  leaves: { jobs: { a: fresh }, dead: {}, scheduled: { a: 2_000 }, sequence: 1 },
});

transition(test, "a job that was removed and is not deleted yet starts anew", {
  given: { jobs: { a: older, b: older }, removed: { "7": { a: 1, b: 2 } }, sequence: 7 },
  when: run({ jid: "a", queue: "r" }, { jid: "b", due: 2_000 }),
  returns: ["stored", "stored"],
  leaves: {
    jobs: { a: { ...fresh, queue: "r" }, b: fresh },
    queues: { r: { a: "5/8" } },
    queueNames: ["r"],
    scheduled: { b: 2_000 },
    revived: { a: 1, b: 1 },
    sequence: 9,
  },
  notices: ["queue r me"],
});

transition(test, "a job with a damaged record stays as it was, and does not keep others out", {
  given: { jobs: { b: older }, queues: { q: { a: "5/1" } }, removed: { "7": { b: 1 } } },
  when: async (world) => {
    await world.redis.hset(world.keys.jobs, "a", Buffer.of(0xc1));
    const stored = await run({ jid: "a", due: 2_000 }, { jid: "b", due: 3_000 })(world);
    await world.redis.hdel(world.keys.jobs, "a"); // what it is nobody can read afterwards
    return stored;
  },
  returns: ["live", "stored"],
  leaves: { jobs: { b: fresh }, scheduled: { b: 3_000 }, revived: { b: 1 }, sequence: 2 },
});

transition(test, "a job that was removed, pushed anew and removed again starts anew again", {
  given: {
    jobs: { a: older },
    removed: { "7": { a: 1 }, "8": { a: 1 } },
    revived: { a: 1 },
    sequence: 8,
  },
  when: run({ jid: "a", due: 2_000 }, { jid: "a", due: 3_000 }),
  returns: ["stored", "live"],
  leaves: { jobs: { a: fresh }, scheduled: { a: 2_000 }, revived: { a: 2 }, sequence: 10 },
});

transition(test, "a job that died after it was pushed anew starts anew as the dead do", {
  given: { jobs: { a: older }, removed: { "7": { a: 1 } }, revived: { a: 1 }, dead: { a: 500 } },
  when: run({ jid: "a", due: 2_000 }),
  returns: ["stored"],
  leaves: { jobs: { a: fresh }, dead: {}, scheduled: { a: 2_000 }, sequence: 1 },
});

transition(test, "a full group goes in one call", {
  when: run(...Array.from({ length: 100 }, (_, index) => ({ jid: `j${index}`, due: 10 + index }))),
  returns: Array.from({ length: 100 }, () => "stored" as const),
  leaves: {
    jobs: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`j${index}`, fresh])),
    scheduled: Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`j${index}`, 10 + index]),
    ),
    sequence: 100,
  },
});

const cancel = { at: 5, reason: "too late", by: "ops" };

transition(test, "one that was called off does not start anew, and who asks for it learns why", {
  given: {
    jobs: { over: older, busy: older },
    working: { busy: 1_801 },
    reservations: { busy: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
    cancelling: ["busy"],
    cancelled: { over: 4 },
    cancels: { over: cancel, busy: { at: 6 } },
  },
  when: run({ jid: "over" }, { jid: "new" }, { jid: "busy" }),
  returns: [{ kind: "cancelled", cancel }, "stored", { kind: "cancelling", cancel: { at: 6 } }],
  leaves: {
    jobs: { over: older, busy: older, new: fresh },
    queues: { q: { new: "5/2" } },
    queueNames: ["q"],
    sequence: 3,
  },
  notices: ["queue q me"],
});

test.run();
