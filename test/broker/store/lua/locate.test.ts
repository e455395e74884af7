import { suite } from "uvu";
import { locate } from "../../../../broker/store/scripts.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/locate");

const job = { v: 1, queue: "q", text: "text" } as const;

transition(test, "each job is told by its state, and by who works on it", {
  given: {
    jobs: { a: job, b: job, c: job, d: job, e: job, f: job, g: job, removed: job },
    damaged: { damaged: "c1" },
    queues: { q: { a: "5/3" } },
    scheduled: { b: 10 },
    retries: { c: 11 },
    working: { d: 12 },
    reservations: {
      d: { wid: "w", reservedAt: 1, place: "9/1", call: "c:1", lease: { token: 7, ms: 30_000 } },
    },
    dead: { e: 13 },
    cancelled: { f: 14 },
    done: { g: 15 },
  },
  when: ({ link, keys }) =>
    locate.run(
      link,
      keys,
      {},
      ["a", "b", "c", "d", "e", "f", "g", "removed", "damaged", "nobody"].map((jid) => ({ jid })),
    ),
  returns: [
    { state: "enqueued", score: 4 * 2 ** 48 + 3, reservation: "" },
    { state: "scheduled", score: 10, reservation: "" },
    { state: "retries", score: 11, reservation: "" },
    { state: "working", score: 12, reservation: "7 30000 1 c:1 1 w" },
    { state: "dead", score: 13, reservation: "" },
    { state: "cancelled", score: 14, reservation: "" },
    { state: "done", score: 15, reservation: "" },
    undefined,
    undefined,
    undefined,
  ],
});

test.run();
