import { suite } from "uvu";
import { PLACES_A_PRIORITY } from "../../../../broker/store/keys.ts";
import { encodeRecord, pack } from "../../../../broker/store/record.ts";
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
  tags?: string[];
  track?: number;
  behalf?: string;
}

const NOW = 1_000;

function tiesOf(queue: string, tags?: string[], track?: number): Buffer | "" {
  if (tags === undefined && track === undefined) return "";
  return pack({ ...(tags && { queue, tags }), ...(track !== undefined && { track }) });
}

const run =
  (...jobs: Given[]) =>
  ({ link, keys }: TestStore) =>
    push.run(
      link,
      keys,
      { origin: "me", now: NOW },
      jobs.map(
        ({ jid, queue = "q", priority = 5, due, text = "new", tags, track, behalf = "" }) => ({
          jid,
          queue,
          band: (9 - priority) * PLACES_A_PRIORITY,
          due: due ?? "",
          ties: tiesOf(queue, tags, track),
          behalf,
          record: encodeRecord({ v: 1, queue }, Buffer.from(text)),
        }),
      ),
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

transition(test, "a job that is done and still kept starts anew, and its result is gone", {
  given: {
    jobs: { a: { ...older, endedAt: 4, result: "1" }, b: { ...older, result: "2" }, c: older },
    done: { a: 500, b: 600, c: 700 },
  },
  when: run({ jid: "a", queue: "r" }, { jid: "b", due: 2_000 }),
  returns: ["stored", "stored"],
  leaves: {
    jobs: { a: { ...fresh, queue: "r" }, b: fresh, c: older },
    done: { c: 700 },
    queues: { r: { a: "5/1" } },
    queueNames: ["r"],
    scheduled: { b: 2_000 },
    sequence: 2,
  },
  notices: ["queue r me"],
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

transition(
  test,
  "a tracked job is tied from the start, and one that starts anew is free of what was",
  {
    given: {
      jobs: { live: older, dead: older, removed: older },
      queues: { q: { live: "5/1" } },
      queueNames: ["q"],
      removed: { "7": { removed: 1 } },
      dead: { dead: 500 },
      ties: { live: { track: 1 }, dead: { track: 1 }, removed: { track: 1 } },
    },
    when: run(
      { jid: "a", due: 10, track: 5 },
      { jid: "live", track: 5 },
      { jid: "dead", due: 10, track: 5 },
      { jid: "removed", due: 10 },
    ),
    returns: ["stored", "live", "stored", "stored"],
    leaves: {
      jobs: { live: older, a: fresh, dead: fresh, removed: fresh },
      scheduled: { a: 10, dead: 10, removed: 10 },
      revived: { removed: 1 },
      dead: {},
      ties: { live: { track: 1 }, a: { track: 5 }, dead: { track: 5 } },
      sequence: 4,
    },
  },
);

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

const ties = (...tags: string[]) => ({ queue: "q", tags });

transition(test, "a job's tags make groups, also while it waits for its time", {
  given: {
    jobs: { old: older },
    retries: { old: 9 },
    ties: { old: ties("x") },
    groups: { "tag:x": { jobs: { old: "live" } } },
  },
  when: run({ jid: "a", tags: ["x", "y: z"] }, { jid: "b" }, { jid: "c", tags: ["x"], due: 9 }),
  returns: ["stored", "stored", "stored"],
  leaves: {
    jobs: { old: older, a: fresh, b: fresh, c: fresh },
    queues: { q: { a: "5/1", b: "5/2" } },
    queueNames: ["q"],
    sequence: 3,
    scheduled: { c: 9 },
    ties: { old: ties("x"), a: ties("x", "y: z"), c: ties("x") },
    groups: {
      "tag:x": { jobs: { a: "live", c: "live", old: "live" } },
      "tag:y: z": { jobs: { a: "live" } },
    },
  },
  notices: ["queue q me"],
});

transition(test, "a job that starts anew has its new tags, and none of the old ones", {
  given: {
    jobs: { dead: older, removed: older, live: older },
    dead: { dead: 9 },
    retries: { live: 9 },
    removed: { 1: { removed: 9 } },
    sequence: 1,
    ties: { dead: ties("x", "y"), removed: ties("y"), live: ties("z") },
    groups: {
      "tag:x": { jobs: { dead: "kept" } },
      "tag:y": { jobs: { dead: "kept", removed: "live" } },
      "tag:z": { jobs: { live: "live" } },
    },
  },
  when: run(
    { jid: "dead", tags: ["y"], due: 5 },
    { jid: "removed", due: 6 },
    { jid: "live", tags: ["x"] },
    { jid: "dead", tags: ["z"] },
  ),
  returns: ["stored", "stored", "live", "live"],
  leaves: {
    jobs: { dead: fresh, removed: fresh, live: older },
    dead: {},
    scheduled: { dead: 5, removed: 6 },
    revived: { removed: 1 },
    sequence: 5,
    ties: { dead: ties("y"), live: ties("z") },
    groups: { "tag:y": { jobs: { dead: "live" } }, "tag:z": { jobs: { live: "live" } } },
  },
});

transition(
  test,
  "while a tag is being cancelled nothing is pushed with it, but for that all is as ever",
  {
    given: {
      jobs: { busy: older, live: older },
      working: { busy: 9 },
      reservations: { busy: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
      cancelling: ["busy"],
      cancels: { busy: { at: 5 } },
      retries: { live: 9 },
      ties: { busy: ties("x"), live: ties("x") },
      groups: {
        "tag:x": {
          jobs: { busy: "called off", live: "live" },
          cancellation: { at: 5, waiting: 3 },
        },
        "tag:over": { cancellation: { at: 5, waiting: 0, endedAt: 6 } },
      },
    },
    when: run(
      { jid: "a", tags: ["over", "x"], due: 9 },
      { jid: "live", tags: ["x"] },
      { jid: "b", tags: ["over"], due: 9 },
      { jid: "a", due: 9 },
    ),
    returns: [
      { kind: "closed", group: "tag:x", running: 1 },
      { kind: "closed", group: "tag:x", running: 1 },
      "stored",
      "stored",
    ],
    leaves: {
      jobs: { busy: older, live: older, a: fresh, b: fresh },
      scheduled: { a: 9, b: 9 },
      sequence: 4,
      ties: { busy: ties("x"), live: ties("x"), b: ties("over") },
      groups: {
        "tag:x": {
          jobs: { busy: "called off", live: "live" },
          cancellation: { at: 5, waiting: 3 },
        },
        "tag:over": {
          jobs: { b: "live" },
          cancellation: { at: 5, waiting: 0, endedAt: 6 },
        },
      },
    },
  },
);

const parent = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
const lease = (token: number) => ({ ...parent, lease: { token, ms: 30_000 } });

transition(
  test,
  "on behalf of a job one is pushed while that is its worker's, and not called off",
  {
    given: {
      jobs: { "my job": older, plain: older, called: older, tagged: older },
      working: { "my job": 9, plain: 9, called: 9, tagged: 9 },
      reservations: { "my job": lease(7), plain: parent, called: lease(8), tagged: lease(9) },
      cancelling: ["called"],
      cancels: { called: cancel },
      ties: { tagged: ties("x") },
      groups: {
        "tag:x": {
          jobs: { tagged: "live" },
          cancellation: { at: 6, reason: "with the others", waiting: 0 },
        },
      },
    },
    when: run(
      { jid: "a", behalf: "7 my job", due: 9 },
      { jid: "b", behalf: "6 my job", due: 9 },
      { jid: "c", behalf: "70 my job", due: 9 },
      { jid: "d", behalf: "7 plain", due: 9 },
      { jid: "e", behalf: "7 nobody", due: 9 },
      { jid: "f", behalf: "8 called", due: 9 },
      { jid: "g", behalf: "9 tagged", due: 9 },
    ),
    returns: [
      "stored",
      { kind: "parent stale" },
      { kind: "parent stale" },
      { kind: "parent stale" },
      { kind: "parent stale" },
      { kind: "parent cancelling", cancel },
      { kind: "parent cancelling", cancel: { at: 6, reason: "with the others" } },
    ],
    leaves: {
      jobs: { "my job": older, plain: older, called: older, tagged: older, a: fresh },
      scheduled: { a: 9 },
      sequence: 7,
    },
  },
);

test.run();
