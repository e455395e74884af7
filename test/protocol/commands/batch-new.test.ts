import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type BatchRequest,
  encodeBatchNew,
  parseBatchNew,
} from "../../../protocol/commands/batch-new.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/batch-new");

const parse = (text: string) => parseBatchNew(Buffer.from(text));

const NOTHING = { parent: undefined, description: "", callbacks: {} };

test("callbacks and meta are kept as they came, and empty texts count as none", () => {
  const { callbacks, meta, ...rest } = parse(
    '{"bid":"mine","parent_bid":"","description":"d","Success":{ "jobtype" : "A","n":1.0 },"death":{},"meta":[1.0]}',
  );
  assert.equal(rest, { parent: undefined, description: "d" });
  assert.equal(
    Object.entries(callbacks).map(([kind, text]) => [kind, text.toString()]),
    [
      ["success", '{ "jobtype" : "A","n":1.0 }'],
      ["death", "{}"],
    ],
  );
  assert.is(meta?.toString(), "[1.0]");
});

test("what is millrace's own is read, with what is left out", () => {
  assertTable(
    {
      '{"parent_bid":"b-1aaaaaaaaaaaaa","hold":true}': {
        ...NOTHING,
        parent: "b-1aaaaaaaaaaaaa",
        isHeld: true,
      },
      '{"key":"k"}': { ...NOTHING, key: { name: "k", overlap: "skip" } },
      '{"key":"k","overlap":"cancel-and-wait"}': {
        ...NOTHING,
        key: { name: "k", overlap: "cancel-and-wait" },
      },
      '{"after":["b-1aaaaaaaaaaaaa","b-2aaaaaaaaaaaaa"],"after_end":["b-3aaaaaaaaaaaaa"]}': {
        ...NOTHING,
        after: ["b-1aaaaaaaaaaaaa", "b-2aaaaaaaaaaaaa"],
        afterEnd: ["b-3aaaaaaaaaaaaa"],
      },
      '{"tags":["a","b","a"],"timeout":0.5}': {
        ...NOTHING,
        tags: ["a", "b"],
        timeoutSeconds: 0.5,
      },
    },
    parse,
  );
});

test("what makes no sense is refused", () => {
  const many = JSON.stringify(Array.from({ length: 251 }, () => "b-1aaaaaaaaaaaaa"));
  assertTable(
    {
      "{}": "CommandError: a batch needs a callback: success, complete or death",
      '{"description":"d","hold":false,"after":[],"tags":[]}':
        "CommandError: a batch needs a callback: success, complete or death",
      "[]": "CommandError: invalid JSON: json: cannot unmarshal array into a batch",
      '{"hold":1}':
        "CommandError: invalid JSON: json: cannot unmarshal number into Go struct field Batch.hold of type bool",
      '{"overlap":"queue"}': "CommandError: overlap needs a key",
      '{"key":"k","overlap":"Queue"}':
        "CommandError: overlap must be one of skip, queue, cancel-and-wait",
      '{"after":["b 1"]}': "CommandError: No such batch b 1",
      [`{"after_end":${many}}`]: "CommandError: after_end names at most 250 batches",
      '{"timeout":0}': "CommandError: timeout must be above 0 and at most 31536000 seconds",
      '{"timeout":31536001}': "CommandError: timeout must be above 0 and at most 31536000 seconds",
      '{"tags":[""]}': "CommandError: a tag must not be empty",
      [`{"key":"${"k".repeat(1_001)}"}`]: "CommandError: key is longer than 1000 bytes",
      [`{"meta":"${"m".repeat(65_535)}"}`]: "CommandError: meta has at most 65536 bytes",
    },
    (text) => refusal(() => parse(text)),
  );
});

test("what a client asks for is read as it was meant", () => {
  const request: BatchRequest = {
    parent: "b-1aaaaaaaaaaaaa",
    description: 'a "batch"',
    callbacks: { complete: Buffer.from('{"jobtype":"C"}'), death: Buffer.from('{"jobtype":"D"}') },
    meta: Buffer.from('{"n":1.0}'),
    tags: ["t"],
    key: { name: "k", overlap: "queue" },
    after: ["b-2aaaaaaaaaaaaa"],
    afterEnd: ["b-3aaaaaaaaaaaaa"],
    isHeld: true,
    timeoutSeconds: 60,
  };
  const line = encodeBatchNew(request);
  assert.ok(line.startsWith("BATCH NEW {"));
  assert.equal(parse(line.slice("BATCH NEW ".length)), request);
});

test.run();
