import { suite } from "uvu";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { release } from "../../../../broker/store/scripts.ts";
import { over } from "../../../kit/runs.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/release");

const run =
  (...jobs: { jid: string; call: string; token?: number }[]) =>
  async ({ link, keys }: TestStore) => {
    const items = jobs.map(({ token = 0, ...job }) => ({ ...job, token }));
    const outcomes = await release.run(
      link,
      keys,
      { origin: "me", now: NOW, day: "2026-01-01" },
      items,
    );
    return outcomes.map((outcome) => (typeof outcome === "object" ? outcome.queue : outcome));
  };

const NOW = 1_767_225_600_000;

const job = { v: 1, queue: "q", enqueuedAt: 5, text: "text" } as const;
const reservation = { wid: "w", reservedAt: 1, call: "c:1" };

/** b and c are handed out, a and d wait. */
const given = {
  jobs: { a: job, b: job, c: { ...job, queue: "r" }, d: job },
  queues: { q: { a: "9/2", d: "5/9" } },
  queueNames: ["q", "r"],
  sequence: 9,
  working: { b: 1_801, c: 1_801 },
  reservations: {
    b: { ...reservation, place: "5/3" },
    c: { ...reservation, place: "1/4" },
  },
};

/** What is noted when its worker has given b back. */
const interrupted = {
  attempt: 1,
  startedAt: 1,
  endedAt: NOW,
  wid: "w",
  outcome: "interrupted",
};

transition(test, "a job returns to exactly the place that it had, and the others are told", {
  given,
  when: run({ jid: "b", call: "c:1" }),
  returns: ["q"],
  leaves: {
    sequence: 10,
    queues: { q: { a: "9/2", b: "5/3", d: "5/9" } },
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "1/4" } },
  },
  notices: ["queue q me"],
});

transition(test, "several jobs return at once, each to its queue", {
  given,
  when: run({ jid: "c", call: "c:1" }, { jid: "b", call: "c:1" }),
  returns: ["r", "q"],
  leaves: {
    sequence: 10,
    queues: { q: { a: "9/2", b: "5/3", d: "5/9" }, r: { c: "1/4" } },
    working: {},
    reservations: {},
  },
  notices: ["queue r me", "queue q me"],
});

transition(test, "without a call a worker gives it back, and a run is over", {
  given,
  when: run({ jid: "b", call: "" }, { jid: "a", call: "" }, { jid: "nobody", call: "" }),
  returns: ["q", "unknown", "unknown"],
  leaves: {
    sequence: 10,
    jobs: { ...given.jobs, b: { ...job, ...over(interrupted) } },
    queues: { q: { a: "9/2", b: "5/3", d: "5/9" } },
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "1/4" } },
  },
  notices: ["queue q me"],
});

transition(test, "a job that another call has handed out since stays with its worker", {
  given,
  when: run({ jid: "b", call: "c:0" }, { jid: "c", call: "c:11" }),
  returns: ["unknown", "unknown"],
});

transition(test, "a job that is not handed out, or not there at all, is left alone", {
  given,
  when: run({ jid: "a", call: "c:1" }, { jid: "nobody", call: "c:1" }),
  returns: ["unknown", "unknown"],
});

transition(test, "a job is taken back once, though it is named twice", {
  given,
  when: run({ jid: "b", call: "c:1" }, { jid: "b", call: "c:1" }),
  returns: ["q", "unknown"],
  leaves: {
    sequence: 10,
    queues: { q: { a: "9/2", b: "5/3", d: "5/9" } },
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "1/4" } },
  },
  notices: ["queue q me"],
});

const { b: _b, ...others } = given.jobs;

transition(test, "a job without a record is out of the way, and the rest return", {
  given: { ...given, jobs: others },
  when: run({ jid: "b", call: "c:1" }, { jid: "c", call: "c:1" }),
  returns: ["unknown", "r"],
  leaves: {
    sequence: 10,
    queues: { ...given.queues, r: { c: "1/4" } },
    working: {},
    reservations: {},
  },
  notices: ["queue r me"],
});

transition(test, "a job that can't be read here stays until its reservation ends", {
  given: {
    ...given,
    jobs: { ...others, c: { ...job, v: 9, queue: "r" } as unknown as typeof job },
    damaged: { b: "c1" },
  },
  when: run({ jid: "b", call: "c:1" }, { jid: "c", call: "c:1" }),
  returns: ["unknown", "unknown"],
});

transition(test, "a leased job is taken back from who has its lease, and from nobody else", {
  given: {
    ...given,
    reservations: {
      b: { ...reservation, place: "5/3", lease: { token: 7, ms: 30_000 } },
      c: { ...reservation, place: "1/4" },
    },
  },
  when: run(
    { jid: "b", call: "", token: 6 },
    { jid: "c", call: "", token: 7 },
    { jid: "nobody", call: "", token: 7 },
    { jid: "b", call: "", token: 7 },
  ),
  returns: ["stale", "stale", "stale", "q"],
  leaves: {
    sequence: 10,
    jobs: { ...given.jobs, b: { ...job, ...over(interrupted) } },
    queues: { q: { a: "9/2", b: "5/3", d: "5/9" } },
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "1/4" } },
  },
  notices: ["queue q me"],
});

const calledOff = { ...given, cancelling: ["b"], cancels: { b: { at: 5 } } };

transition(test, "one that was called off is cancelled, and goes to no queue", {
  given: calledOff,
  when: run({ jid: "b", call: "" }, { jid: "c", call: "c:1" }),
  returns: ["cancelled", "r"],
  leaves: {
    sequence: 10,
    jobs: { ...given.jobs, b: { ...job, ...over({ ...interrupted, outcome: "cancelled" }) } },
    queues: { q: { a: "9/2", d: "5/9" }, r: { c: "1/4" } },
    working: {},
    reservations: {},
    cancelling: [],
    cancelled: { b: NOW },
    counters: { processed: 1 },
    history: { "processed:2026-01-01": 1 },
  },
  notices: ["queue r me"],
});

transition(test, "so is one that nobody has got; it has not run, and does not count", {
  given: calledOff,
  when: run({ jid: "b", call: "c:1" }),
  returns: ["cancelled"],
  leaves: {
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "1/4" } },
    cancelling: [],
    cancelled: { b: NOW },
  },
});

transition(test, "another call's hand-out stays, called off or not", {
  given: calledOff,
  when: run({ jid: "b", call: "c:2" }, { jid: "b", call: "", token: 9 }),
  returns: ["unknown", "stale"],
});

const large = { ...job, text: "x".repeat(600_000) };
const many = ["a", "b", "c"];

transition(test, "after a mebibyte that was written anew the next jobs are to be asked for again", {
  given: {
    jobs: Object.fromEntries(many.map((jid) => [jid, large])),
    queueNames: ["q"],
    working: Object.fromEntries(many.map((jid) => [jid, 1_801])),
    reservations: Object.fromEntries(
      many.map((jid, index) => [jid, { ...reservation, place: `5/${index}` }]),
    ),
  },
  when: async (world) => {
    const outcomes = await run(...many.map((jid) => ({ jid, call: "" })))(world);
    return outcomes.map((outcome) => (outcome === LATER ? "later" : outcome));
  },
  returns: ["q", "q", "later"],
  leaves: {
    sequence: 1,
    jobs: {
      a: { ...large, ...over(interrupted) },
      b: { ...large, ...over(interrupted) },
      c: large,
    },
    queues: { q: { a: "5/0", b: "5/1" } },
    working: { c: 1_801 },
    reservations: { c: { ...reservation, place: "5/2" } },
  },
  notices: ["queue q me", "queue q me"],
});

test.run();
