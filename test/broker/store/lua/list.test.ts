import { suite } from "uvu";
import { decodeRecord } from "../../../../broker/store/record.ts";
import { listJobs } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/list");

interface Asked {
  state: string;
  queue?: string;
  score?: string;
  jid?: string;
}

/** What is found: each with the number of its section, its score, and the beginning of its text. */
const run =
  (limit: number, ...sections: Asked[]) =>
  async ({ link, keys }: TestStore) => {
    const items = sections.map((one) => ({ queue: "", score: "", jid: "", ...one }));
    const { found, isEnd } = await listJobs.run(link, keys, { limit }, items);
    const told = found.map(({ section, jid, score, ...rest }) => {
      const kept =
        "record" in rest
          ? decodeRecord(rest.record).text.toString("utf8", 0, 4)
          : `version ${rest.version}`;
      return `${section} ${jid} ${score} ${kept}`;
    });
    return [...told, isEnd ? "end" : "more"];
  };

const job = { v: 1, queue: "q", text: "text" } as const;

const jobs = Object.fromEntries([..."abcdefghij"].map((jid) => [jid, job]));

const given = {
  jobs,
  queues: { q: { a: "5/3", b: "9/4" }, r: { c: "5/1" } },
  queueNames: ["q", "r"],
  scheduled: { d: 20, e: 10.25 },
  retries: { f: 7 },
  working: { g: 8 },
  dead: { h: 9 },
  done: { i: 10 },
  cancelled: { j: 11 },
  cancels: { j: { at: 1 } },
};

const all = [
  { state: "enqueued", queue: "q" },
  { state: "enqueued", queue: "none" },
  { state: "enqueued", queue: "r" },
  ...["scheduled", "retries", "working", "dead", "done", "cancelled"].map((state) => ({ state })),
];

const BAND = 2 ** 48;

transition(test, "all sets are read one after another, each in its order", {
  given,
  when: run(100, ...all),
  returns: [
    "0 b 4 text",
    `0 a ${4 * BAND + 3} text`,
    `2 c ${4 * BAND + 1} text`,
    "3 e 10.25 text",
    "3 d 20 text",
    "4 f 7 text",
    "5 g 8 text",
    "6 h 9 text",
    "7 i 10 text",
    "8 j 11 text",
    "end",
  ],
});

transition(test, "so many at the most, from the place that is named", {
  given,
  when: async (world) => [
    await run(2, ...all)(world),
    await run(2, { state: "enqueued", queue: "q", score: "4", jid: "b" }, ...all.slice(3))(world),
    await run(1, { state: "scheduled", score: "20", jid: "d" })(world),
    await run(5)(world),
  ],
  returns: [
    ["0 b 4 text", `0 a ${4 * BAND + 3} text`, "more"],
    [`0 a ${4 * BAND + 3} text`, "1 e 10.25 text", "more"],
    ["end"],
    ["end"],
  ],
});

/** Names that Lua would order by the language of the machine, in the order of their bytes. */
const names = ["A", "B", "Z", "a", "a b", "ab", "b", "z", "ä", "ä2", "é", "日"];

transition(test, "among jobs of one score the place is between names, be the job there or not", {
  given: {
    jobs: Object.fromEntries(names.map((jid) => [jid, job])),
    dead: Object.fromEntries(names.map((jid) => [jid, 5])),
  },
  when: async (world) => {
    const behind = async (jid: string, score = "5") => {
      const [first] = await run(1, { state: "dead", score, jid })(world);
      return first?.replace(/^0 (.+) 5 text$/s, "$1");
    };
    const each = await Promise.all(names.map((jid) => behind(jid)));
    const others = await Promise.all(
      ["", "AA", "a a", "aa", "zz", "ö", "日本"].map((jid) => behind(jid)),
    );
    return [each, others, await behind("日", "4.999"), await behind("A", "5.001")];
  },
  returns: [[...names.slice(1), "end"], ["A", "B", "a b", "ab", "ä", "日", "end"], "A", "end"],
});

const large = { ...job, text: "x".repeat(600_000) };

transition(test, "after a mebibyte no more are read, in whichever set they are", {
  given: {
    jobs: { a: large, b: large, c: large, d: job },
    scheduled: { a: 1, b: 2 },
    dead: { c: 3, d: 4 },
  },
  when: async (world) => [
    await run(9, { state: "scheduled" }, { state: "dead" })(world),
    await run(9, { state: "dead" }, { state: "done" })(world),
  ],
  returns: [
    ["0 a 1 xxxx", "0 b 2 xxxx", "more"],
    ["0 c 3 xxxx", "0 d 4 text", "end"],
  ],
});

transition(test, "what can't be read here is told of", {
  given: {
    jobs: { foreign: { ...job, v: 9 } as unknown as typeof job, sound: job },
    damaged: { damaged: "c1" },
    dead: { damaged: 1, foreign: 2, gone: 3, sound: 4 },
  },
  when: run(9, { state: "dead" }),
  returns: [
    "0 damaged 1 version undefined",
    "0 foreign 2 version 9",
    "0 gone 3 version undefined",
    "0 sound 4 text",
    "end",
  ],
});

test.run();
