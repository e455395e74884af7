import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeBatchCancel, parseBatchCancel } from "../../../protocol/commands/batch-cancel.ts";
import { parseBid } from "../../../protocol/commands/batch-id.ts";
import { encodeBatchList, parseBatchList } from "../../../protocol/commands/batch-list.ts";
import { parseBatchResults } from "../../../protocol/commands/batch-results.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/batch-cancel, -id, -list and -results");

test("one bid is due", () => {
  assertTable(
    { "b-1aaaaaaaaaaaaa": "b-1aaaaaaaaaaaaa", " b-1aaaaaaaaaaaaa ": "b-1aaaaaaaaaaaaa" },
    (text) => parseBid(Buffer.from(text)),
  );
  assertTable(
    {
      " ": 'CommandError: one bid is due, not ""',
      "b-1aaaaaaaaaaaaa b-2aaaaaaaaaaaaa":
        'CommandError: one bid is due, not "b-1aaaaaaaaaaaaa b-2aaaaaaaaaaaaa"',
    },
    (text) => refusal(() => parseBid(Buffer.from(text))),
  );
});

test("a batch is called off with who and why, or without", () => {
  const cancels = [
    { bid: "b-1aaaaaaaaaaaaa" },
    { bid: "b-1aaaaaaaaaaaaa", reason: "late" },
    { bid: "b-1aaaaaaaaaaaaa", reason: "late", by: "ann" },
  ];
  for (const cancel of cancels) {
    const line = encodeBatchCancel(cancel);
    assert.equal(parseBatchCancel(Buffer.from(line.slice("BATCH CANCEL ".length))), cancel);
  }
  assertTable(
    {
      '{"by":"ann"}': 'CommandError: one bid is due, not ""',
      'b-1aaaaaaaaaaaaa {"by":7}': 'CommandError: invalid BATCH CANCEL {"by":7}',
      'b-1aaaaaaaaaaaaa {"by":"ann"': 'CommandError: invalid BATCH CANCEL {"by":"ann"',
      [`b-1aaaaaaaaaaaaa {"reason":"${"x".repeat(1_001)}"}`]:
        "CommandError: reason is longer than 1000 bytes",
    },
    (text) => refusal(() => parseBatchCancel(Buffer.from(text))),
  );
});

test("batches are listed all, or by key or tag, in parts", () => {
  assertTable(
    {
      "": { count: 25 },
      "{}": { count: 25 },
      '{"key":"k","count":100,"cursor":"1 b-1aaaaaaaaaaaaa"}': {
        key: "k",
        count: 100,
        cursor: "1 b-1aaaaaaaaaaaaa",
      },
      '{"tag":"t","cursor":""}': { tag: "t", count: 25 },
    },
    (text) => parseBatchList(Buffer.from(text)),
  );
  const line = encodeBatchList({ tag: "t", count: 7 });
  assert.equal(parseBatchList(Buffer.from(line.slice("BATCH LIST ".length))), {
    tag: "t",
    count: 7,
  });
  assertTable(
    {
      '{"count":101}':
        'CommandError: invalid BATCH LIST {"count":101}: count must be from 1 to 100',
      '{"key":"k","tag":"t"}':
        'CommandError: invalid BATCH LIST {"key":"k","tag":"t"}: it is either by key or by tag',
      '{"tag":""}': "CommandError: a tag must not be empty",
      "7": "CommandError: invalid BATCH LIST 7",
    },
    (text) => refusal(() => parseBatchList(Buffer.from(text))),
  );
});

test("results are asked for from the beginning, or from a cursor on", () => {
  assertTable(
    {
      "b-1aaaaaaaaaaaaa": { bid: "b-1aaaaaaaaaaaaa", cursor: "0" },
      "b-1aaaaaaaaaaaaa 17": { bid: "b-1aaaaaaaaaaaaa", cursor: "17" },
    },
    (text) => parseBatchResults(Buffer.from(text)),
  );
  for (const text of [
    "",
    "b-1aaaaaaaaaaaaa x",
    "b-1aaaaaaaaaaaaa 1 2",
    `b-1aaaaaaaaaaaaa ${"1".repeat(21)}`,
  ]) {
    assert.match(
      refusal(() => parseBatchResults(Buffer.from(text))),
      /^CommandError: one bid is due/,
    );
  }
});

test.run();
