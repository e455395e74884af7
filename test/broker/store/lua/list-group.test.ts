import { suite } from "uvu";
import { decodeRecord } from "../../../../broker/store/record.ts";
import { listGroup } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/list-group");

/** What is found: each with how the group has it, where it is, and the beginning of its text. */
const run =
  (limit: number, after = { score: "", jid: "" }, group = "tag:t") =>
  async ({ link, keys }: TestStore) => {
    const { found, isEnd } = await listGroup.run(link, keys, { limit, group, ...after });
    const told = found.map(({ jid, hold, place, ...rest }) => {
      const kept =
        "record" in rest && rest.record.length > 0
          ? decodeRecord(rest.record).text.toString("utf8", 0, 4)
          : `version ${"version" in rest ? rest.version : "none"}`;
      return `${jid} ${hold} ${place?.state} ${place?.score} ${kept}`;
    });
    return [...told, isEnd ? "end" : "more"];
  };

const job = { v: 1, queue: "q", text: "text" } as const;
const ties = { queue: "q", tags: ["t"] };

const given = {
  jobs: Object.fromEntries([..."abcdefgx"].map((jid) => [jid, job])),
  queues: { q: { d: "5/3" } },
  queueNames: ["q"],
  scheduled: { b: 20 },
  retries: { e: 7 },
  working: { c: 8, a: 9 },
  cancelling: ["a"],
  cancels: { a: { at: 1 }, g: { at: 2 } },
  dead: { f: 10 },
  cancelled: { g: 11 },
  removed: { "7": { x: 1 } },
  ties: Object.fromEntries([..."abcdefgx"].map((jid) => [jid, ties])),
  groups: {
    "tag:t": {
      jobs: {
        ...Object.fromEntries([..."bcdex"].map((jid) => [jid, "live" as const])),
        a: "called off" as const,
        ...Object.fromEntries([..."fg"].map((jid) => [jid, "kept" as const])),
      },
    },
    "tag:other": { jobs: { b: "live" as const } },
  },
};

const all = [
  "b 0 scheduled 20 text",
  "c 0 working 8 text",
  `d 0 enqueued ${4 * 2 ** 48 + 3} text`,
  "e 0 retries 7 text",
  "x 0 undefined undefined version none",
  "a 1 working 9 text",
  "f 2 dead 10 text",
  "g 2 cancelled 11 text",
];

transition(
  test,
  "all that have a tag are read, those that wait or run first, be they where they may",
  {
    given,
    when: run(100),
    returns: [...all, "end"],
  },
);

transition(test, "so many at the most, from the place that is named, be the job there or not", {
  given,
  when: async (world) => [
    await run(3)(world),
    await run(3, { score: "0", jid: "d" })(world),
    await run(3, { score: "0", jid: "dd" })(world),
    await run(9, { score: "2", jid: "f" })(world),
    await run(9, { score: "2", jid: "g" })(world),
    await run(9, { score: "", jid: "" }, "tag:nobody's")(world),
  ],
  returns: [
    [...all.slice(0, 3), "more"],
    [...all.slice(3, 6), "more"],
    [...all.slice(3, 6), "more"],
    [...all.slice(7), "end"],
    ["end"],
    ["end"],
  ],
});

const large = { ...job, text: "x".repeat(600_000) };

transition(test, "what has been removed and is not deleted yet counts as read", {
  given: {
    jobs: { a: large, b: large, c: large },
    ties: Object.fromEntries([..."abc"].map((jid) => [jid, ties])),
    groups: {
      "tag:t": { jobs: Object.fromEntries([..."abc"].map((jid) => [jid, "kept" as const])) },
    },
  },
  when: run(9),
  returns: ["a 2 undefined undefined version none", "b 2 undefined undefined version none", "more"],
});

transition(test, "after a mebibyte no more are read, and what can't be read here is told of", {
  given: {
    jobs: { a: large, b: large, c: large, f: { ...job, v: 9 } as unknown as typeof job },
    damaged: { e: "c1" },
    dead: { a: 1, b: 2, c: 3, e: 4, f: 5, g: 6 },
    ties: Object.fromEntries([..."abcefg"].map((jid) => [jid, ties])),
    groups: {
      "tag:t": { jobs: Object.fromEntries([..."abcefg"].map((jid) => [jid, "kept" as const])) },
    },
  },
  when: async (world) => [await run(9)(world), await run(9, { score: "2", jid: "b" })(world)],
  returns: [
    ["a 2 dead 1 xxxx", "b 2 dead 2 xxxx", "more"],
    [
      "c 2 dead 3 xxxx",
      "e 2 dead 4 version undefined",
      "f 2 dead 5 version 9",
      "g 2 dead 6 version undefined",
      "end",
    ],
  ],
});

test.run();
