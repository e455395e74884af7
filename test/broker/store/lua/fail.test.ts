import { suite } from "uvu";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { pack } from "../../../../broker/store/record.ts";
import { fail } from "../../../../broker/store/scripts.ts";
import type { Failure, FailureReport } from "../../../../protocol/failure.ts";
import { after, over } from "../../../kit/runs.ts";
import type { State } from "../../../kit/state.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/fail");

const NOW = 1_767_225_600_000;
const report = { errtype: "E", message: "näh", backtrace: ["one", "two"] };

interface Given {
  jid: string;
  jitter?: number;
  cause?: "reported" | "expired" | "stalled" | "lost";
  report?: FailureReport;
  token?: number;
  call?: string;
}

const run =
  (...jobs: Given[]) =>
  ({ link, keys }: TestStore): ReturnType<typeof fail.run> =>
    fail.run(
      link,
      keys,
      { now: NOW, day: "2026-01-01" },
      jobs.map(({ jid, jitter = 0, cause = "reported", ...rest }) => ({
        jid,
        report: pack(rest.report ?? report),
        jitter,
        cause,
        token: rest.token ?? 0,
        call: rest.call ?? "",
      })),
    );

const job = { v: 1, queue: "q", enqueuedAt: 7, text: "text" } as const;
const failure = { retryCount: 0, remaining: 25, failedAt: NOW, ...report };

/** Jobs that are being worked on; by default their reservations run on. */
function working(jobs: State["jobs"], deadline = NOW + 1): Partial<State> {
  const reservation = { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" };
  const jids = Object.keys(jobs);
  return {
    jobs,
    working: Object.fromEntries(jids.map((jid) => [jid, deadline])),
    reservations: Object.fromEntries(jids.map((jid) => [jid, reservation])),
  };
}

/** A job that has failed now, or whose run has come to another end. */
const ended = <Job>(before: Job, failure: Failure, outcome = "failed", wid = "w") =>
  after(before, failure, { endedAt: NOW, outcome, wid });

/** What is left when all of them have failed. */
function failed(count: number): Partial<State> {
  return {
    working: {},
    reservations: {},
    counters: { processed: count, failures: count },
    history: { "processed:2026-01-01": count, "failures:2026-01-01": count },
  };
}

transition(test, "a job that fails for the first time is retried later", {
  given: working({ a: job }),
  when: run({ jid: "a", jitter: 3 }),
  returns: [{ kind: "retried", at: NOW + 18_000 }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...failure, nextAt: NOW + 18_000 }) },
    retries: { a: NOW + 18_000 },
  },
});

/** How often a job had been tried again, the jitter, and the seconds until it is the next time. */
const backOff: [retryCount: number, jitter: number, seconds: number][] = [
  [0, 0, 15],
  [0, 29, 44],
  [1, 0, 16],
  [1, 29, 74],
  [2, 0, 31],
  [2, 29, 118],
  [5, 0, 640],
  [5, 29, 814],
  [24, 0, 331_791],
  [24, 29, 332_516],
];

for (const [retryCount, jitter, seconds] of backOff) {
  const at = NOW + seconds * 1_000;
  const earlier = { failedAt: 5, nextAt: 6, errtype: "F", message: "before", backtrace: ["old"] };
  const before = { ...earlier, retryCount: retryCount - 1, remaining: 25 - retryCount + 1 };
  const isFirst = retryCount === 0;
  const after = isFirst ? failure : { ...failure, retryCount, failedAt: 5 };
  const remaining = 25 - retryCount;
  transition(test, `retry ${retryCount} with jitter ${jitter} is due after ${seconds} s`, {
    given: working({ a: isFirst ? job : { ...job, failure: before } }),
    when: run({ jid: "a", jitter }),
    returns: [{ kind: "retried", at }],
    leaves: {
      ...failed(1),
      jobs: { a: ended(job, { ...after, remaining, nextAt: at }) },
      retries: { a: at },
    },
  });
}

const TEN_YEARS_MS = 315_360_000_000;

for (const [name, told, at] of [
  ["in the future", NOW + 90_001, NOW + 90_001],
  ["that has passed", NOW - 5_000, NOW],
  ["beyond ten years", NOW + TEN_YEARS_MS + 1, NOW + TEN_YEARS_MS],
] as const) {
  transition(test, `a worker may name the time of the retry: one ${name}`, {
    given: working({ a: job }),
    when: run({ jid: "a", jitter: 3, report: { ...report, retryAt: told } }),
    returns: [{ kind: "retried", at }],
    leaves: {
      ...failed(1),
      jobs: { a: ended(job, { ...failure, nextAt: at }) },
      retries: { a: at },
    },
  });
}

const exhausted = { ...failure, retryCount: 24, remaining: 1, failedAt: 5, nextAt: 6 };

transition(test, "a job whose retries are used up dies", {
  given: { ...working({ a: { ...job, failure: exhausted } }), dead: { z: 3 } },
  when: run({ jid: "a" }),
  returns: [{ kind: "died" }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...exhausted, retryCount: 25, remaining: 0 }) },
    dead: { a: NOW, z: 3 },
  },
});

transition(test, "a job with retry 1 is retried once, and then dies", {
  given: working({
    a: { ...job, retry: 1 },
    b: { ...job, retry: 1, failure: { ...failure, remaining: 1, nextAt: 6 } },
  }),
  when: run({ jid: "a" }, { jid: "b" }),
  returns: [{ kind: "retried", at: NOW + 15_000 }, { kind: "died" }],
  leaves: {
    ...failed(2),
    jobs: {
      a: ended({ ...job, retry: 1 }, { ...failure, remaining: 1, nextAt: NOW + 15_000 }),
      b: ended({ ...job, retry: 1 }, { ...failure, retryCount: 1, remaining: 0, nextAt: 6 }),
    },
    retries: { a: NOW + 15_000 },
    dead: { b: NOW },
  },
});

transition(test, "a job with retry 0 is discarded", {
  given: working({ a: { ...job, retry: 0 } }),
  when: run({ jid: "a" }),
  returns: [{ kind: "discarded" }],
  leaves: { ...failed(1), jobs: {} },
});

transition(test, "a job with a negative retry dies at once", {
  given: working({ a: { ...job, retry: -1 } }),
  when: run({ jid: "a" }),
  returns: [{ kind: "died" }],
  leaves: {
    ...failed(1),
    jobs: { a: ended({ ...job, retry: -1 }, { ...failure, remaining: -1 }) },
    dead: { a: NOW },
  },
});

const MOST = Number.MAX_SAFE_INTEGER;

transition(test, "the greatest count of retries is kept exactly", {
  given: working({
    a: { ...job, retry: MOST },
    b: { ...job, retry: MOST, failure: { ...failure, remaining: MOST, nextAt: 6 } },
  }),
  when: run({ jid: "a" }, { jid: "b" }),
  returns: [
    { kind: "retried", at: NOW + 15_000 },
    { kind: "retried", at: NOW + 16_000 },
  ],
  leaves: {
    ...failed(2),
    jobs: {
      a: ended({ ...job, retry: MOST }, { ...failure, remaining: MOST, nextAt: NOW + 15_000 }),
      b: ended(
        {
          ...job,
          retry: MOST,
        },
        { ...failure, retryCount: 1, remaining: MOST - 1, nextAt: NOW + 16_000 },
      ),
    },
    retries: { a: NOW + 15_000, b: NOW + 16_000 },
  },
});

transition(test, "a client's own failure object is counted on from", {
  given: working({
    a: { ...job, failure: { retryCount: 4, remaining: 0, errtype: "X", message: "elsewhere" } },
  }),
  when: run({ jid: "a" }),
  returns: [{ kind: "retried", at: NOW + 640_000 }],
  leaves: {
    ...failed(1),
    jobs: {
      a: ended(job, { ...failure, retryCount: 5, remaining: 0, nextAt: NOW + 640_000 }),
    },
    retries: { a: NOW + 640_000 },
  },
});

transition(test, "a report without a backtrace leaves an empty one", {
  given: working({ a: { ...job, failure } }),
  when: run({ jid: "a", report: { errtype: "", message: "", backtrace: [] } }),
  returns: [{ kind: "retried", at: NOW + 16_000 }],
  leaves: {
    ...failed(1),
    jobs: {
      a: ended(job, {
        retryCount: 1,
        remaining: 24,
        failedAt: NOW,
        nextAt: NOW + 16_000,
        errtype: "",
        message: "",
        backtrace: [],
      }),
    },
    retries: { a: NOW + 16_000 },
  },
});

transition(test, "a job that is not being worked on is unknown, wherever it is", {
  given: {
    jobs: { queued: job, later: job, again: job, dead: job },
    queues: { q: { queued: "5/1" } },
    queueNames: ["q"],
    scheduled: { later: 9 },
    retries: { again: 9 },
    dead: { dead: 2 },
  },
  when: run(...["queued", "later", "again", "dead", "nobody"].map((jid) => ({ jid }))),
  returns: Array.from({ length: 5 }, () => ({ kind: "unknown" as const })),
});

transition(test, "a job fails once, though it is named twice", {
  given: working({ a: { ...job, retry: 0 } }),
  when: run({ jid: "a" }, { jid: "a" }),
  returns: [{ kind: "discarded" }, { kind: "unknown" }],
  leaves: { ...failed(1), jobs: {} },
});

transition(test, "a reservation that ends at this moment has run out", {
  given: working({ a: job }, NOW),
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "retried", at: NOW + 15_000 }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...failure, nextAt: NOW + 15_000 }, "expired") },
    retries: { a: NOW + 15_000 },
  },
});

transition(test, "a job with retry 0 whose reservation ran out dies: nobody said that it failed", {
  given: working({ a: { ...job, retry: 0 } }, NOW),
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "died" }],
  leaves: {
    ...failed(1),
    jobs: { a: ended({ ...job, retry: 0 }, { ...failure, remaining: 0 }, "expired") },
    dead: { a: NOW },
  },
});

transition(test, "a job whose reservation has not run out does not expire", {
  given: working({ a: job }, NOW + 1),
  when: run({ jid: "a", cause: "expired" }, { jid: "nobody", cause: "expired" }),
  returns: [{ kind: "unknown" }, { kind: "unknown" }],
});

/** What a newer broker has written: all of it but `v` may mean something else. */
const foreign = { ...job, v: 9, retry: 0 } as unknown as typeof job;

/** Runs that were over before. */
const earlier = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    attempt: 1,
    startedAt: index,
    endedAt: index + 1,
    wid: "",
    outcome: "snoozed",
  }));

const next = { startedAt: 1, endedAt: NOW, wid: "w", errtype: "E", message: "näh" };

transition(test, "the last twenty runs are kept, and all are counted", {
  given: working({
    a: { ...job, ...over(...earlier(19)) },
    b: { ...job, ...over(...earlier(20)) },
    c: { ...job, ...over(...earlier(20)), failure, runs: MOST - 1 },
  }),
  when: run({ jid: "a" }, { jid: "b" }, { jid: "c" }),
  returns: [15_000, 15_000, 16_000].map((ms) => ({ kind: "retried" as const, at: NOW + ms })),
  leaves: {
    ...failed(3),
    jobs: {
      a: {
        ...job,
        failure: { ...failure, nextAt: NOW + 15_000 },
        ...over(...earlier(19), { attempt: 1, outcome: "failed", ...next }),
      },
      b: {
        ...job,
        failure: { ...failure, nextAt: NOW + 15_000 },
        ...over(...earlier(20).slice(1), { attempt: 1, outcome: "failed", ...next }),
        runs: 21,
      },
      c: {
        ...job,
        failure: { ...failure, retryCount: 1, remaining: 24, nextAt: NOW + 16_000 },
        ...over(...earlier(20).slice(1), { attempt: 2, outcome: "failed", ...next }),
        runs: MOST,
      },
    },
    retries: { a: NOW + 15_000, b: NOW + 15_000, c: NOW + 16_000 },
  },
});

/** In bytes these are 198 and 4 for the next character, which is more than is kept. */
const long = `${"ä".repeat(99)}🙂${"x".repeat(500)}`;
const odd = 'a"b\\c\n\u0000\u2028 %s';

transition(test, "of a message the beginning is kept in the list of runs, and any text is", {
  given: {
    ...working({ a: job, b: job }),
    reservations: {
      a: { wid: odd, reservedAt: 1.25, place: "5/1", call: "c:1" },
      b: { wid: "", reservedAt: 1, place: "5/2", call: "c:1" },
    },
  },
  when: async (world) => {
    const told = { ...report, errtype: odd };
    await run(
      { jid: "a", report: { ...told, message: long } },
      { jid: "b", report: { ...told, message: "x".repeat(200) } },
    )(world);
    const found = await Promise.all(["a", "b"].map((jid) => world.store.catalogue.find(jid)));
    return found.map((one) => one?.attempts);
  },
  returns: [
    { startedAt: 1.25, wid: odd, message: "ä".repeat(99) },
    { startedAt: 1, wid: "", message: "x".repeat(200) },
  ].map((one) => [{ attempt: 1, endedAt: NOW, outcome: "failed" as const, errtype: odd, ...one }]),
  leaves: {
    ...failed(2),
    jobs: {
      a: {
        ...after(
          job,
          { ...failure, errtype: odd, message: long, nextAt: NOW + 15_000 },
          { endedAt: NOW, startedAt: 1.25, wid: odd, message: "ä".repeat(99) },
        ),
      },
      b: {
        ...after(
          job,
          { ...failure, errtype: odd, message: "x".repeat(200), nextAt: NOW + 15_000 },
          { endedAt: NOW, wid: "" },
        ),
      },
    },
    retries: { a: NOW + 15_000, b: NOW + 15_000 },
  },
});

transition(test, "a job without a record is out of the way, and the rest of the group fails", {
  given: working({ a: job, gone: job, b: job }, NOW),
  when: async (world) => {
    await world.redis.hdel(world.keys.jobs, "gone");
    return await run({ jid: "a" }, { jid: "gone", cause: "expired" }, { jid: "b" })(world);
  },
  returns: [
    { kind: "retried", at: NOW + 15_000 },
    { kind: "unknown" },
    { kind: "retried", at: NOW + 15_000 },
  ],
  leaves: {
    ...failed(2),
    jobs: {
      a: ended(job, { ...failure, nextAt: NOW + 15_000 }),
      b: ended(job, { ...failure, nextAt: NOW + 15_000 }),
    },
    retries: { a: NOW + 15_000, b: NOW + 15_000 },
  },
});

transition(test, "a job whose record is damaged dies, and the rest of the group fails", {
  given: {
    ...working({ a: job, broken: job, b: job }),
    jobs: { a: job, b: job },
    damaged: { broken: "c1" },
  },
  when: run({ jid: "a" }, { jid: "broken" }, { jid: "b" }),
  returns: [
    { kind: "retried", at: NOW + 15_000 },
    { kind: "died" },
    { kind: "retried", at: NOW + 15_000 },
  ],
  leaves: {
    ...failed(3),
    jobs: {
      a: ended(job, { ...failure, nextAt: NOW + 15_000 }),
      b: ended(job, { ...failure, nextAt: NOW + 15_000 }),
    },
    retries: { a: NOW + 15_000, b: NOW + 15_000 },
    dead: { broken: NOW },
  },
});

transition(
  test,
  "a job of a format that is not known stays with its worker, whatever is said here",
  {
    given: working({ a: foreign }),
    when: run({ jid: "a" }, { jid: "a", cause: "expired" }),
    returns: [{ kind: "unreadable", version: "9" }, { kind: "unknown" }],
  },
);

transition(
  test,
  "one that is overdue is so again in a minute, for a broker that knows its format",
  {
    given: working({ a: foreign, b: job }, NOW),
    when: run({ jid: "a", cause: "expired" }, { jid: "b", cause: "expired" }),
    returns: [
      { kind: "unreadable", version: "9" },
      { kind: "retried", at: NOW + 15_000 },
    ],
    leaves: {
      ...failed(1),
      jobs: { a: foreign, b: ended(job, { ...failure, nextAt: NOW + 15_000 }, "expired") },
      working: { a: NOW + 60_000 },
      reservations: { a: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
      retries: { b: NOW + 15_000 },
    },
  },
);

const large = { ...job, text: "x".repeat(600_000) };

transition(test, "after a mebibyte of records the next jobs are to be asked for again", {
  given: working({ a: large, b: large, c: large }),
  when: run({ jid: "a" }, { jid: "b" }, { jid: "c" }, { jid: "gone" }),
  returns: [
    { kind: "retried", at: NOW + 15_000 },
    { kind: "retried", at: NOW + 15_000 },
    LATER,
    { kind: "unknown" },
  ],
  leaves: {
    ...failed(2),
    jobs: {
      a: ended(large, { ...failure, nextAt: NOW + 15_000 }),
      b: ended(large, { ...failure, nextAt: NOW + 15_000 }),
      c: large,
    },
    working: { c: NOW + 1 },
    reservations: working({ c: large }).reservations ?? {},
    retries: { a: NOW + 15_000, b: NOW + 15_000 },
  },
});

const lost = { errtype: "WorkerLost", message: "worker lost: w 1", backtrace: [] };

/** A job under lease 7 of half a minute, which has run out, though brokers were there. */
const overdue = {
  alive: NOW - 1_000,
  ...working({ a: job }, NOW),
  reservations: {
    a: {
      wid: "w 1",
      reservedAt: 1,
      place: "5/1",
      call: "c:1",
      lease: { token: 7, ms: 30_000 },
    },
  },
};

transition(test, "when a lease runs out its worker is lost, and the job may be tried at once", {
  given: overdue,
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "retried", at: NOW, isLost: true }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...failure, ...lost, nextAt: NOW }, "lost", "w 1") },
    retries: { a: NOW },
  },
});

transition(test, "a lease that nobody could renew goes on until there was time to renew it", {
  given: { ...overdue, outage: `${NOW - 27_499} ${NOW - 19_999}` },
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "postponed", at: NOW + 1 }],
  leaves: { working: { a: NOW + 1 } },
});

transition(test, "also to the first broker that is there again", {
  given: { ...overdue, alive: NOW - 7_500 },
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "postponed", at: NOW + 20_000 }],
  leaves: { working: { a: NOW + 20_000 } },
});

transition(test, "and no longer", {
  given: { ...overdue, outage: `${NOW - 27_500} ${NOW - 20_000}` },
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "retried", at: NOW, isLost: true }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...failure, ...lost, nextAt: NOW }, "lost", "w 1") },
    retries: { a: NOW },
  },
});

for (const [what, outage] of [
  ["one that was too short to cost a lease", `${NOW - 9_499} ${NOW - 2_000}`],
  ["one that is still to come, since a clock was ahead", `${NOW + 1_000} ${NOW + 60_000}`],
]) {
  transition(test, `an outage is no reason: ${what}`, {
    given: { ...overdue, outage: String(outage) },
    when: run({ jid: "a", cause: "expired" }),
    returns: [{ kind: "retried", at: NOW, isLost: true }],
    leaves: {
      ...failed(1),
      jobs: { a: ended(job, { ...failure, ...lost, nextAt: NOW }, "lost", "w 1") },
      retries: { a: NOW },
    },
  });
}

transition(test, "only the worker that has the lease can fail the job", {
  given: overdue,
  when: run(
    { jid: "a", token: 6 },
    { jid: "nobody", token: 7 },
    { jid: "a", token: 7, report: { ...report, retryAt: NOW + 5 } },
  ),
  returns: [{ kind: "stale" }, { kind: "stale" }, { kind: "retried", at: NOW + 5 }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, { ...failure, nextAt: NOW + 5 }, "failed", "w 1") },
    retries: { a: NOW + 5 },
  },
});

transition(test, "the job of a worker that is gone may be tried at once, if it is that hand-out", {
  given: working({ a: job, b: job }),
  when: run(
    { jid: "a", cause: "lost", call: "c:1" },
    { jid: "b", cause: "lost", call: "c:2" },
    { jid: "nobody", cause: "lost", call: "c:1" },
  ),
  returns: [{ kind: "retried", at: NOW, isLost: true }, { kind: "unknown" }, { kind: "unknown" }],
  leaves: {
    ...failed(1),
    jobs: {
      a: ended(job, { ...failure, ...lost, message: "worker lost: w", nextAt: NOW }, "lost"),
      b: job,
    },
    retries: { a: NOW },
    working: { b: NOW + 1 },
    reservations: { b: { wid: "w", reservedAt: 1, place: "5/1", call: "c:1" } },
  },
});

const cancel = { at: 5, by: "ops" };
const calledOff = (given: Partial<State>): Partial<State> => ({
  ...given,
  cancelling: ["a"],
  cancels: { a: cancel },
});

const cancelled: Partial<State> = {
  working: {},
  reservations: {},
  cancelling: [],
  cancelled: { a: NOW },
  counters: { processed: 1 },
  history: { "processed:2026-01-01": 1 },
};

/** The job, when the end of its run has been noted. */
const noted = (job: State["jobs"][string], wid = "w") => {
  const run = { attempt: 1, startedAt: 1, endedAt: NOW, wid, outcome: "cancelled" };
  return { ...job, ...over(run) };
};

for (const [name, given, one, then] of [
  ["fails", working({ a: job }), { jid: "a" }, noted(job)],
  [
    "fails for the last time",
    working({ a: { ...job, retry: 0 } }),
    { jid: "a" },
    noted({ ...job, retry: 0 }),
  ],
  [
    "outlives its reservation",
    working({ a: job }, NOW),
    { jid: "a", cause: "expired" },
    noted(job),
  ],
  ["outlives its lease", overdue, { jid: "a", cause: "expired" }, noted(job, "w 1")],
  ["loses its worker", working({ a: job }), { jid: "a", cause: "lost" }, noted(job)],
  ["is of a format that is not known here", working({ a: foreign }), { jid: "a" }, foreign],
] as const) {
  transition(test, `a job that was called off is cancelled when it ${name}, and is no failure`, {
    given: calledOff(given),
    when: run(one),
    returns: [{ kind: "cancelled" }],
    leaves: { ...cancelled, jobs: { a: then } },
  });
}

transition(test, "a lease that nobody could renew goes on, called off or not", {
  given: calledOff({ ...overdue, outage: `${NOW - 10_000} ${NOW - 1_000}` }),
  when: run({ jid: "a", cause: "expired" }),
  returns: [{ kind: "postponed", at: NOW + 19_000 }],
  leaves: { working: { a: NOW + 19_000 } },
});

transition(
  test,
  "of one that was called off nothing changes while it is somebody else's, or runs on",
  {
    given: calledOff({ ...overdue, working: { a: NOW + 1 } }),
    when: run(
      { jid: "a", token: 6 },
      { jid: "a", cause: "expired" },
      { jid: "a", cause: "lost", call: "another" },
    ),
    returns: [{ kind: "stale" }, { kind: "unknown" }, { kind: "unknown" }],
  },
);

transition(test, "those that were not called off fail as ever", {
  given: calledOff(working({ a: job, b: { ...job, retry: 0 } })),
  when: run({ jid: "a" }, { jid: "b" }),
  returns: [{ kind: "cancelled" }, { kind: "discarded" }],
  leaves: {
    ...cancelled,
    jobs: { a: noted(job) },
    counters: { processed: 2, failures: 1 },
    history: { "processed:2026-01-01": 2, "failures:2026-01-01": 1 },
  },
});

transition(test, "of a tracked job that is not kept it is known for a while that it failed", {
  given: {
    ...working({ a: job, gone: { ...job, retry: 0 } }),
    ties: { a: { track: 5 }, gone: { track: 5 }, other: { track: 5 } },
    stalling: { a: 9, gone: 9 },
    progress: { "0:gone": { percent: "33" } },
  },
  when: run({ jid: "a" }, { jid: "gone" }),
  returns: [{ kind: "retried", at: NOW + 15_000 }, { kind: "discarded" }],
  leaves: {
    ...failed(2),
    jobs: { a: ended(job, { ...failure, nextAt: NOW + 15_000 }) },
    retries: { a: NOW + 15_000 },
    ties: { a: { track: 5 }, other: { track: 5 } },
    stalling: { a: 9 },
    progress: { "0:gone": { percent: "33", state: "failed", updatedAt: String(NOW) } },
  },
});

const stalled = { errtype: "JobStalled", message: "no progress for 5 s", backtrace: [] };

transition(test, "a run that is stalled has failed, and its job is retried as after any failure", {
  given: {
    ...working({ a: job, b: { ...job, retry: 0 } }),
    progress: { "0:a": { stalledAt: "5" }, "0:b": { stalledAt: "5" } },
  },
  when: run(
    { jid: "a", cause: "stalled", call: "c:1", report: stalled },
    { jid: "b", cause: "stalled", call: "c:1", report: stalled },
  ),
  returns: [{ kind: "retried", at: NOW + 15_000 }, { kind: "died" }],
  leaves: {
    ...failed(2),
    jobs: {
      a: ended(job, { ...failure, ...stalled, nextAt: NOW + 15_000 }, "stalled"),
      b: ended({ ...job, retry: 0 }, { ...failure, ...stalled, remaining: 0 }, "stalled"),
    },
    retries: { a: NOW + 15_000 },
    dead: { b: NOW },
  },
});

transition(test, "one that has told something since, or another run, has not", {
  given: {
    ...working({ a: job, b: job }),
    progress: { "0:a": { percent: "5" }, "0:b": { stalledAt: "5" } },
  },
  when: run(
    { jid: "a", cause: "stalled", call: "c:1" },
    { jid: "b", cause: "stalled", call: "c:0" },
    { jid: "nobody", cause: "stalled", call: "c:1" },
  ),
  returns: [{ kind: "unknown" }, { kind: "unknown" }, { kind: "unknown" }],
});

transition(test, "what is final dies, whatever its retry", {
  given: working({ a: job }),
  when: run({ jid: "a", report: { ...report, isFinal: true } }),
  returns: [{ kind: "died" }],
  leaves: {
    ...failed(1),
    jobs: { a: ended(job, failure) },
    dead: { a: NOW },
  },
});

test.run();
