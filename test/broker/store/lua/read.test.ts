import { suite } from "uvu";
import { decodeRecord } from "../../../../broker/store/record.ts";
import { read } from "../../../../broker/store/scripts.ts";
import type { TestStore } from "../../../kit/store.ts";
import { transition } from "../../../kit/transition.ts";

const test = suite("store/lua/read");

const run =
  (...jids: string[]) =>
  async ({ link, keys }: TestStore) => {
    const items = jids.map((jid) => ({ jid }));
    const records = await read.run(link, keys, {}, items);
    return records.map((record) => record && decodeRecord(record).text.toString("utf8", 0, 10));
  };

const job = { v: 1, queue: "q", text: "text" } as const;
const large = { ...job, text: "x".repeat(600_000) };

transition(test, "the records come in the order asked for, and nothing for a job without one", {
  given: { jobs: { a: job, b: { ...job, text: "other" } } },
  when: run("b", "gone", "a"),
  returns: ["other", undefined, "text"],
});

transition(test, "after a mebibyte no more are read", {
  given: { jobs: { a: large, b: large, c: large, d: job } },
  when: run("d", "a", "b", "c", "d"),
  returns: ["text", "xxxxxxxxxx", "xxxxxxxxxx"],
});

test.run();
