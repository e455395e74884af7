import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFetchb, encodeFetchedJobs, parseFetchb } from "../../../protocol/commands/fetchb.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/fetchb");

const parse = (text: string) => parseFetchb(Buffer.from(text));

test("the count stands before the queues, which are those of FETCH", () => {
  assertTable(
    {
      "1 default": { count: 1, queues: ["default"] },
      "100 critical default critical": { count: 100, queues: ["critical", "default"] },
      "007 7": { count: 7, queues: ["7"] },
      "5 ": { count: 5, queues: [""] },
      "5  default": { count: 5, queues: ["", "default"] },
      "5 a\tb": { count: 5, queues: ["a\tb"] },
    },
    parse,
  );
});

test("what is no count from 1 to 100 is refused", () => {
  for (const text of [
    "",
    "default",
    "0 default",
    "101 default",
    "-1 q",
    "1.5 q",
    "1e1 q",
    " 1 q",
  ]) {
    assert.is(
      refusal(() => parse(text)),
      "CommandError: FETCHB takes a count from 1 to 100",
    );
  }
  for (const text of ["9".repeat(10), "9".repeat(1_000)]) {
    assert.match(
      refusal(() => parse(`${text} q`)),
      /from 1 to 100$/,
    );
  }
});

test("a count without a queue is refused, and so are queues that FETCH refuses", () => {
  assert.is(
    refusal(() => parse("5")),
    "CommandError: must call fetchb with at least one queue",
  );
  assert.is(
    refusal(() => parse(`5 ${"q ".repeat(1_000)}q`)),
    "CommandError: FETCH takes at most 1000 queues",
  );
  assert.match(
    refusal(() => parse(`5 ${"q".repeat(1_001)}`)),
    /queue names have at most 1000 bytes$/,
  );
});

test("a client's FETCHB is what the broker reads", () => {
  const fetch = { count: 12, queues: ["critical", "default"] };
  assert.is(encodeFetchb(fetch), "FETCHB 12 critical default");
  assert.equal(parse(encodeFetchb(fetch).slice("FETCHB ".length)), fetch);
});

test("jobs stand in the reply as they are, byte by byte", () => {
  const encode = (...jobs: string[]) =>
    encodeFetchedJobs(jobs.map((job) => Buffer.from(job))).toString();
  assert.is(encode('{"args":[1.0]}'), '[{"args":[1.0]}]');
  assert.is(encode("{ }", '{"a":1}', "{}"), '[{ },{"a":1},{}]');
});

test.run();
