import { suite } from "uvu";
import { decodeRecord } from "../../../../broker/store/record.ts";
import { lookUp } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/look-up");

const job = { v: 1, queue: "q", text: "text" } as const;
const foreign = { ...job, v: 9 } as unknown as typeof job;

/** What is found of each job; of its record the text, and what was told of it as words. */
const run =
  (...jids: string[]) =>
  ({ link, keys }: TestStore) =>
    Promise.all(
      jids.map(async (jid) => {
        const found = await lookUp.run(link, keys, { jid });
        if (found === undefined || !("record" in found)) return found;
        const { record, told, ...place } = found;
        const words = [...told].map(([name, value]) => `${name} ${value.toString()}`);
        return { ...place, text: decodeRecord(record).text.toString(), words };
      }),
    );

transition(test, "a job is found in whichever set it is, with its record", {
  given: {
    jobs: { a: job, b: job, c: job, d: job, e: job, f: job, g: job },
    queues: { q: { a: "5/3" } },
    scheduled: { b: 10 },
    retries: { c: 11 },
    working: { d: 12 },
    reservations: {
      d: { wid: "w", reservedAt: 1, place: "9/1", call: "c:1", lease: { token: 7, ms: 30_000 } },
    },
    dead: { e: 13 },
    done: { f: 14 },
    cancelled: { g: 15 },
    cancels: { d: { at: 5 }, g: { at: 6, by: "ops" } },
    flushes: 2,
    progress: { "2:a": { percent: "5", run: "c:1" }, "1:b": { percent: "before the flush" } },
  },
  when: run("a", "b", "c", "d", "e", "f", "g"),
  returns: [
    {
      state: "enqueued",
      score: 4 * 2 ** 48 + 3,
      reservation: "",
      text: "text",
      words: ["percent 5", "run c:1"],
    },
    { state: "scheduled", score: 10, reservation: "", text: "text", words: [] },
    { state: "retries", score: 11, reservation: "", text: "text", words: [] },
    {
      state: "working",
      score: 12,
      reservation: "7 30000 1 c:1 1 w",
      cancel: { at: 5 },
      text: "text",
      words: [],
    },
    { state: "dead", score: 13, reservation: "", text: "text", words: [] },
    { state: "done", score: 14, reservation: "", text: "text", words: [] },
    {
      state: "cancelled",
      score: 15,
      reservation: "",
      cancel: { at: 6, by: "ops" },
      text: "text",
      words: [],
    },
  ],
});

transition(test, "a job that is in no set is nowhere, whatever is left of it", {
  given: { jobs: { removed: job }, removed: { "7": { removed: 1 } } },
  when: run("removed", "nobody"),
  returns: [undefined, undefined],
});

transition(
  test,
  "of one that can't be read it is told why, though nobody knows in which queue it is",
  {
    given: {
      jobs: { foreign, queued: foreign },
      damaged: { damaged: "c1", broken: "c1" },
      queues: { q: { queued: "5/1", broken: "5/2" } },
      scheduled: { foreign: 1 },
      retries: { damaged: 2 },
      dead: { gone: 3 },
    },
    when: run("foreign", "damaged", "gone", "queued", "broken"),
    returns: [
      { version: "9" },
      { version: undefined },
      { version: undefined },
      { version: "9" },
      { version: undefined },
    ],
  },
);

test.run();
