import { suite } from "uvu";
import { LATER } from "../../../../broker/store/group-commit.ts";
import { decodeRecord } from "../../../../broker/store/record.ts";
import { reserve } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/reserve");

const NOW = 1_000_000;
const DEADLINE = NOW + 1_800_000;

/** Each request is a line of queue names. */
const run = (...requests: string[]) => runWithLease(0, ...requests);

const runWithLease =
  (lease: number, ...requests: string[]) =>
  async ({ link, keys }: TestStore) => {
    const items = requests.map((queues) => ({ wid: "w", queues, lease }));
    const handedOut = await reserve.run(link, keys, { now: NOW, call: "me:1" }, items);
    return handedOut.map((one) => {
      if (one === undefined) return "nothing";
      if (one === LATER) return "later";
      if (one === "again") return one;
      if ("version" in one) return `${one.jid} can't be read: ${one.version ?? "damaged"}`;
      const { jid, queue, left, record, token } = one;
      const text = decodeRecord(record).text.toString("utf8", 0, 10);
      const lease = token === undefined ? "" : `, lease ${token}`;
      return `${jid} of ${queue}, ${left} left: ${text}${lease}`;
    });
  };

const job = { v: 1, queue: "q", text: "text" } as const;
const reservation = { wid: "w", reservedAt: NOW, call: "me:1" };

transition(test, "the first job of a queue is handed out", {
  given: { jobs: { a: job, b: job }, queues: { q: { a: "5/1", b: "5/2" } }, queueNames: ["q"] },
  when: run("q"),
  returns: ["a of q, 1 left: text"],
  leaves: {
    queues: { q: { b: "5/2" } },
    working: { a: DEADLINE },
    reservations: { a: { ...reservation, place: "5/1" } },
  },
});

transition(test, "of very many queues the first that has a job gives it", {
  given: {
    jobs: { a: job, b: job },
    queues: { q: { a: "5/1" }, r: { b: "5/2" } },
    queueNames: ["empty", "q", "r"],
  },
  when: run(
    `${"x ".repeat(500)}empty r ${"y ".repeat(400)}q`,
    "1 2 3 4 5 6 7 q r",
    "1 2 3 4 5 6 7 8",
    "1 2 3 4 5 6 q",
  ),
  returns: ["b of r, 0 left: text", "a of q, 0 left: text", "nothing", "nothing"],
  leaves: {
    queues: {},
    working: { a: DEADLINE, b: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      b: { ...reservation, place: "5/2" },
    },
  },
});

const large = { ...job, text: "x".repeat(600_000) };

transition(test, "after a mebibyte of jobs the other requests are put off, and take nothing", {
  given: {
    jobs: { a: large, b: large, c: large },
    queues: { q: { a: "5/1", b: "5/2" }, r: { c: "5/3" } },
    queueNames: ["q", "r"],
  },
  when: run("q", "r q", "q", "r"),
  returns: ["a of q, 1 left: xxxxxxxxxx", "c of r, 0 left: xxxxxxxxxx", "later", "later"],
  leaves: {
    queues: { q: { b: "5/2" } },
    working: { a: DEADLINE, c: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      c: { ...reservation, place: "5/3" },
    },
  },
});

transition(test, "what was too much to be read is in its place again", {
  given: {
    jobs: { a: large, b: large, c: large, d: job },
    queues: { q: { a: "5/1", b: "5/2" }, r: { c: "9/3", d: "5/4" } },
    queueNames: ["q", "r"],
  },
  when: run("q r", "q r", "q r", "q r"),
  returns: ["a of q, 0 left: xxxxxxxxxx", "b of q, 0 left: xxxxxxxxxx", "later", "later"],
  leaves: {
    queues: { r: { c: "9/3", d: "5/4" } },
    working: { a: DEADLINE, b: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      b: { ...reservation, place: "5/2" },
    },
  },
});

transition(test, "a job whose date is none is damaged", {
  given: {
    jobs: { a: { ...job, enqueuedAt: Number.POSITIVE_INFINITY }, b: { ...job, enqueuedAt: 7e15 } },
    queues: { q: { a: "5/1", b: "5/2" } },
    queueNames: ["q"],
  },
  when: run("q", "q"),
  returns: ["a can't be read: damaged", "b of q, 0 left: text"],
  leaves: {
    queues: {},
    working: { b: DEADLINE },
    reservations: { b: { ...reservation, place: "5/2" } },
    dead: { a: NOW },
  },
});

transition(test, "many requests are all served", {
  given: {
    jobs: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`j${index}`, job])),
    queues: {
      q: Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`j${index}`, `5/${index + 1}`]),
      ),
    },
    queueNames: ["q"],
  },
  when: run(...Array.from({ length: 61 }, () => "q")),
  returns: [...Array.from({ length: 60 }, (_, index) => `j${index} of q, 0 left: text`), "nothing"],
  leaves: {
    queues: {},
    working: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`j${index}`, DEADLINE])),
    reservations: Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `j${index}`,
        { ...reservation, place: `5/${index + 1}` },
      ]),
    ),
  },
});

transition(test, "requests are served in their order, and told what is left after all of them", {
  given: {
    jobs: { a: job, b: job, c: job, d: job, e: job },
    queues: { q: { a: "5/1", b: "5/2", c: "5/3" }, r: { d: "5/4", e: "5/5" } },
    queueNames: ["q", "r"],
  },
  when: run("q r", "q r", "r q", "q", "q r", "q r"),
  returns: [
    "a of q, 0 left: text",
    "b of q, 0 left: text",
    "d of r, 0 left: text",
    "c of q, 0 left: text",
    "e of r, 0 left: text",
    "nothing",
  ],
  leaves: {
    queues: {},
    working: { a: DEADLINE, b: DEADLINE, c: DEADLINE, d: DEADLINE, e: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      b: { ...reservation, place: "5/2" },
      c: { ...reservation, place: "5/3" },
      d: { ...reservation, place: "5/4" },
      e: { ...reservation, place: "5/5" },
    },
  },
});

transition(test, "higher priorities come first, and within one the earlier places", {
  given: {
    jobs: { a: job, b: job, c: job, d: job },
    queues: { q: { a: "5/1", b: "9/4", c: "5/2", d: "9/3" } },
    queueNames: ["q"],
  },
  when: run("q", "q", "q", "q"),
  returns: [
    "d of q, 0 left: text",
    "b of q, 0 left: text",
    "a of q, 0 left: text",
    "c of q, 0 left: text",
  ],
  leaves: {
    queues: {},
    working: { a: DEADLINE, b: DEADLINE, c: DEADLINE, d: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      b: { ...reservation, place: "9/4" },
      c: { ...reservation, place: "5/2" },
      d: { ...reservation, place: "9/3" },
    },
  },
});

transition(test, "the first of the queues that has a job gives it, in the order of the request", {
  given: {
    jobs: { a: job, b: { ...job, queue: "r" } },
    queues: { q: { a: "9/1" }, r: { b: "1/2" } },
    queueNames: ["q", "r"],
  },
  when: run("empty r q", "empty r q"),
  returns: ["b of r, 0 left: text", "a of q, 0 left: text"],
  leaves: {
    queues: {},
    working: { a: DEADLINE, b: DEADLINE },
    reservations: {
      a: { ...reservation, place: "9/1" },
      b: { ...reservation, place: "1/2" },
    },
  },
});

transition(test, "a request whose queues are empty gets nothing, and changes nothing", {
  given: { jobs: { a: job }, queues: { q: { a: "5/1" } }, queueNames: ["q"] },
  when: run("r s", "r"),
  returns: ["nothing", "nothing"],
});

transition(test, "when there are fewer jobs than requests, the first requests get them", {
  given: { jobs: { a: job }, queues: { q: { a: "5/1" } }, queueNames: ["q"] },
  when: run("r", "q", "q r", "q"),
  returns: ["nothing", "a of q, 0 left: text", "nothing", "nothing"],
  leaves: {
    queues: {},
    working: { a: DEADLINE },
    reservations: { a: { ...reservation, place: "5/1" } },
  },
});

transition(test, "a job with a reserve_for is reserved for so many seconds", {
  given: {
    jobs: { a: { ...job, reserveFor: 60 }, b: { ...job, reserveFor: 86_400 } },
    queues: { q: { a: "5/1", b: "5/2" } },
    queueNames: ["q"],
  },
  when: run("q", "q"),
  returns: ["a of q, 0 left: text", "b of q, 0 left: text"],
  leaves: {
    queues: {},
    working: { a: NOW + 60_000, b: NOW + 86_400_000 },
    reservations: {
      a: { ...reservation, place: "5/1" },
      b: { ...reservation, place: "5/2" },
    },
  },
});

transition(test, "the greatest and the smallest place are kept exactly", {
  given: {
    jobs: { a: job, b: job },
    queues: { q: { a: "9/281474976710655", b: "1/281474976710655" } },
    queueNames: ["q"],
  },
  when: run("q", "q"),
  returns: ["a of q, 0 left: text", "b of q, 0 left: text"],
  leaves: {
    queues: {},
    working: { a: DEADLINE, b: DEADLINE },
    reservations: {
      a: { ...reservation, place: "9/281474976710655" },
      b: { ...reservation, place: "1/281474976710655" },
    },
  },
});

transition(test, "a job without a record is taken out, and the next one is handed out", {
  given: {
    jobs: { b: job },
    queues: { q: { gone: "9/1", away: "5/2", b: "5/3" }, r: { lost: "5/4" } },
    queueNames: ["q", "r"],
  },
  when: run("r q", "q"),
  returns: ["b of q, 0 left: text", "nothing"],
  leaves: {
    queues: {},
    working: { b: DEADLINE },
    reservations: { b: { ...reservation, place: "5/3" } },
  },
});

const foreign = { ...job, v: 9 } as unknown as typeof job;

transition(test, "what can't be read is put aside, one request is told, and the rest are served", {
  given: {
    jobs: { a: job, c: foreign, e: job },
    damaged: { b: "c1", d: "" },
    queues: { q: { a: "5/1", b: "5/2", c: "5/3", d: "5/4", e: "5/5" } },
    queueNames: ["q"],
    retries: { z: 5 },
  },
  when: run("q", "q", "q", "q", "q", "q"),
  returns: [
    "a of q, 0 left: text",
    "b can't be read: damaged",
    "c can't be read: 9",
    "d can't be read: damaged",
    "e of q, 0 left: text",
    "nothing",
  ],
  leaves: {
    queues: {},
    working: { a: DEADLINE, e: DEADLINE },
    reservations: {
      a: { ...reservation, place: "5/1" },
      e: { ...reservation, place: "5/5" },
    },
    retries: { z: 5, c: NOW + 60_000 },
    dead: { b: NOW, d: NOW },
  },
});

for (const [what, hex] of [
  ["no map", "07"],
  ["a map without a version", "81a171a171"],
  ["a version that is no number", "81a176a139"],
  ["half a map", "82a17601"],
] as const) {
  transition(test, `a record with ${what} is damaged`, {
    given: { damaged: { a: hex }, queues: { q: { a: "5/1" } }, queueNames: ["q"] },
    when: run("q"),
    returns: ["a can't be read: damaged"],
    leaves: { queues: {}, dead: { a: NOW } },
  });
}

const FIRST_TOKEN = NOW * 256 + 1;

transition(test, "a lease lasts as long as it was asked for, and has a token", {
  given: {
    jobs: { a: { ...job, reserveFor: 60 }, b: job },
    queues: { q: { a: "5/1" }, r: { b: "5/2" } },
    queueNames: ["q", "r"],
  },
  when: runWithLease(30_000, "q", "r", "q"),
  returns: [
    `a of q, 0 left: text, lease ${FIRST_TOKEN}`,
    `b of r, 0 left: text, lease ${FIRST_TOKEN + 1}`,
    "nothing",
  ],
  leaves: {
    queues: {},
    // One is left over: there were three requests.
    token: FIRST_TOKEN + 2,
    working: { a: NOW + 30_000, b: NOW + 30_000 },
    reservations: {
      a: { ...reservation, place: "5/1", lease: { token: FIRST_TOKEN, ms: 30_000 } },
      b: { ...reservation, place: "5/2", lease: { token: FIRST_TOKEN + 1, ms: 30_000 } },
    },
  },
});

transition(test, "a token is greater than any before it, also when the clock went back", {
  given: {
    jobs: { a: job },
    queues: { q: { a: "5/1" } },
    queueNames: ["q"],
    token: 2 * FIRST_TOKEN,
  },
  when: runWithLease(2_000, "q"),
  returns: [`a of q, 0 left: text, lease ${2 * FIRST_TOKEN + 1}`],
  leaves: {
    queues: {},
    token: 2 * FIRST_TOKEN + 1,
    working: { a: NOW + 2_000 },
    reservations: {
      a: { ...reservation, place: "5/1", lease: { token: 2 * FIRST_TOKEN + 1, ms: 2_000 } },
    },
  },
});

const ties = { queue: "q", tags: ["x"] };
const why = { at: 5, by: "ops" };
const cancellation = { ...why, waiting: 2 };
const called = (...jids: string[]) => Object.fromEntries(jids.map((jid) => [jid, why]));

transition(test, "of a group that is being cancelled no job is handed out; the others are", {
  given: {
    jobs: { a: job, b: job, c: job, d: job },
    queues: { q: { a: "5/1", b: "5/2", c: "5/3", d: "5/4" } },
    queueNames: ["q"],
    paused: ["r"],
    ties: { a: ties, b: { queue: "q", tags: ["y"] }, c: ties },
    groups: {
      "tag:x": { jobs: { a: "live", c: "live" }, cancellation },
      "tag:y": { jobs: { b: "live" } },
    },
  },
  when: run("q", "q r", "q"),
  returns: ["b of q, 0 left: text", "d of q, 0 left: text", "nothing"],
  leaves: {
    queues: {},
    working: { b: DEADLINE, d: DEADLINE },
    reservations: {
      b: { ...reservation, place: "5/2" },
      d: { ...reservation, place: "5/4" },
    },
    cancelled: { a: NOW, c: NOW },
    cancels: called("a", "c"),
    groups: {
      "tag:x": {
        jobs: { a: "kept", c: "kept" },
        cancellation: { ...cancellation, waiting: 4, endedAt: NOW },
      },
      "tag:y": { jobs: { b: "live" } },
    },
  },
});

const many = Array.from({ length: 150 }, (_, index) => `j${String(index).padStart(3, "0")}`);
const [first, rest] = [many.slice(0, 100), many.slice(100)];
const places = (jids: string[], from: number) =>
  Object.fromEntries(jids.map((jid, index) => [jid, `5/${from + index}`]));
const each = <Value>(jids: string[], value: Value) =>
  Object.fromEntries(jids.map((jid) => [jid, value]));

transition(
  test,
  "after a hundred that were cancelled the rest waits for the next call, as do other queues",
  {
    given: {
      jobs: { ...each(many, job), other: { ...job, queue: "r" } },
      queues: { q: places(many, 1), r: { other: "5/900" } },
      queueNames: ["q", "r"],
      ties: each(many, ties),
      groups: { "tag:x": { jobs: each(many, "live" as const), cancellation } },
    },
    when: run("q", "r"),
    returns: ["again", "later"],
    leaves: {
      queues: { q: places(rest, 101), r: { other: "5/900" } },
      cancelled: each(first, NOW),
      cancels: called(...first),
      groups: {
        "tag:x": {
          jobs: { ...each(rest, "live" as const), ...each(first, "kept" as const) },
          cancellation: { ...cancellation, waiting: 102 },
        },
      },
    },
  },
);

test.run();
