import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeJobCancel, parseJobCancel } from "../../../protocol/commands/job-cancel.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/job-cancel");

const parse = (text: string) => parseJobCancel(Buffer.from(text));

test("a jid comes first, and then why and by whom, if that is told", () => {
  assertTable(
    {
      a1b2c3d4: { jid: "a1b2c3d4" },
      "a1b2c3d4 ": { jid: "a1b2c3d4" },
      "a1b2c3d4 {}": { jid: "a1b2c3d4" },
      "a1b2c3d4 null": { jid: "a1b2c3d4" },
      'a1b2c3d4 {"reason":"late"}': { jid: "a1b2c3d4", reason: "late" },
      'a1b2c3d4  { "BY" : "ops", "x": 1 }': { jid: "a1b2c3d4", by: "ops" },
      'a1b2c3d4 {"reason":"","by":null}': { jid: "a1b2c3d4" },
      '"a job of mine" {"reason":"late","by":"ops"}': {
        jid: "a job of mine",
        reason: "late",
        by: "ops",
      },
    },
    parse,
  );
});

test("what is told may have 1,000 bytes, and is valid Unicode", () => {
  const text = "é".repeat(500);
  assert.equal(parse(`a1b2c3d4 {"reason":"${text}","by":"${text}"}`), {
    jid: "a1b2c3d4",
    reason: text,
    by: text,
  });
  assertTable(
    {
      [`j {"reason":"${text}!"}`]: "CommandError: reason is longer than 1000 bytes",
      [`j {"by":"${text}!"}`]: "CommandError: by is longer than 1000 bytes",
      'j {"reason":"\\ud800"}': "CommandError: reason is not valid Unicode",
    },
    (line) => refusal(() => parse(line)),
  );
});

test("in the place of a jid an object names a tag", () => {
  assertTable(
    {
      '{"tag":"a tag"}': { tag: "a tag" },
      '{"TAG":"t","reason":"late","by":"","x":1}': { tag: "t", reason: "late" },
    },
    parse,
  );
  assertTable(
    {
      "{}": "CommandError: invalid JOB CANCEL {}: it names no tag",
      '{"tag":null}': 'CommandError: invalid JOB CANCEL {"tag":null}: it names no tag',
      '{"tag":5}': 'CommandError: invalid JOB CANCEL {"tag":5}',
      "{": "CommandError: invalid JOB CANCEL {",
      '{"tag":"t"} {}': 'CommandError: invalid JOB CANCEL {"tag":"t"} {}',
      '{"tag":""}': "CommandError: a tag must not be empty",
      [`{"tag":"${"t".repeat(256)}"}`]: "CommandError: tag is longer than 255 bytes",
      [`{"tag":"t","by":"${"b".repeat(1_001)}"}`]: "CommandError: by is longer than 1000 bytes",
    },
    (line) => refusal(() => parse(line)),
  );
});

test("anything else behind the jid is refused, and repeated", () => {
  for (const told of ["because", "[]", '"why"', "5", '{"reason":5}', '{"by":{}}', "{} {}"]) {
    assert.is(
      refusal(() => parse(`a1b2c3d4 ${told}`)),
      `CommandError: invalid JOB CANCEL ${told}`,
    );
  }
});

test("a line that a client writes is read as it was meant", () => {
  const lines = {
    "JOB CANCEL a1b2c3d4": { jid: "a1b2c3d4" },
    'JOB CANCEL a1b2c3d4 {"reason":"too \\"late\\""}': { jid: "a1b2c3d4", reason: 'too "late"' },
    'JOB CANCEL "a job" {"by":"ops"}': { jid: "a job", by: "ops" },
    'JOB CANCEL "{a-job}"': { jid: "{a-job}" },
    'JOB CANCEL {"tag":"a tag","by":"ops"}': { tag: "a tag", by: "ops" },
  };
  for (const [line, cancel] of Object.entries(lines)) {
    assert.is(encodeJobCancel(cancel), line);
    assert.equal(parse(line.slice("JOB CANCEL ".length)), cancel);
  }
});

test.run();
