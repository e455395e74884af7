import { suite } from "uvu";
import { over } from "../../../kit/runs.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/find-progress");

const job = { v: 1, queue: "q", enqueuedAt: 40, text: "text" } as const;

const lost = { attempt: 1, startedAt: 1, wid: '"endedAt":99', outcome: "lost" };

const given = {
  jobs: {
    queued: job,
    running: job,
    later: job,
    again: { ...job, ...over({ ...lost, endedAt: 20 }, { ...lost, endedAt: 30 }) },
    snoozed: { ...job, ...over({ ...lost, endedAt: 35 }) },
    dead: job,
    cancelled: job,
    kept: { ...job, ...over({ ...lost, outcome: "done", endedAt: 45 }) },
    plain: job,
    odd: job,
  },
  queues: { q: { queued: "5/1", plain: "5/2" } },
  queueNames: ["q"],
  sequence: 2,
  scheduled: { later: 99, snoozed: 99 },
  retries: { again: 99 },
  working: { running: 99 },
  reservations: { running: { wid: "w", reservedAt: 50, place: "5/1", call: "c:1" } },
  dead: { dead: 60 },
  cancelled: { cancelled: 65 },
  done: { kept: 99 },
  ties: {
    queued: { track: 10 },
    running: { track: 10 },
    later: { track: 10 },
    again: { track: 10 },
    snoozed: { track: 10 },
    dead: { track: 10 },
    cancelled: { track: 10 },
    kept: { track: 10 },
    odd: { track: 10 },
    plain: {},
  },
  flushes: 1,
  progress: {
    "1:running": { percent: "5", desc: "d", result: "1.0", seq: "7", updatedAt: "70" },
    "1:again": { stalledAt: "20", updatedAt: "20" },
    "1:done": { state: "success", percent: "100", updatedAt: "80" },
    "1:plain": { percent: "1", updatedAt: "5" },
    "0:queued": { percent: "9", updatedAt: "90" },
  },
};

const unknown = {
  state: undefined,
  updatedAt: undefined,
  percent: undefined,
  desc: undefined,
  result: undefined,
  seq: undefined,
  stalledAt: undefined,
};

const rows: [jid: string, what: string, returns: object][] = [
  ["queued", "waits in its queue since it was put there", { state: "enqueued", updatedAt: 40 }],
  ["later", "waits for its time since it was pushed", { state: "scheduled", updatedAt: 10 }],
  [
    "again",
    "waits for its retry since it failed, and its last run was stalled",
    { state: "retries", updatedAt: 30, stalledAt: 20 },
  ],
  ["snoozed", "was put off", { state: "scheduled", updatedAt: 35 }],
  ["cancelled", "was called off", { state: "cancelled", updatedAt: 65 }],
  ["dead", "has died", { state: "dead", updatedAt: 60 }],
  [
    "running",
    "is worked on, and has told something since it was fetched",
    {
      state: "working",
      updatedAt: 70,
      percent: 5,
      desc: "d",
      result: Buffer.from("1.0"),
      seq: 7,
    },
  ],
  ["kept", "is done, and kept", { state: "done", updatedAt: 45 }],
  ["done", "is done", { state: "success", updatedAt: 80, percent: 100 }],
  ["plain", "is not tracked, and yet something was told of it", { updatedAt: 5, percent: 1 }],
  ["nobody", "was never heard of", {}],
  ["odd", "has a record and is nowhere", {}],
];

for (const [jid, what, returns] of rows) {
  transition(test, `a job that ${what}`, {
    given,
    when: ({ store }) => store.progress.find(jid),
    returns: { ...unknown, ...returns },
  });
}

test.run();
