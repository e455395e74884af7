import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cutJid, encodeJid, parseJid } from "../../protocol/jid-argument.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/jid-argument");

const cut = (text: string) => cutJid(Buffer.from(text), "DO <jid>");

const parse = (text: string) => parseJid(Buffer.from(text), "DO <jid>");

test("a jid ends at a space, or with the string that it is", () => {
  assertTable(
    {
      abcdefgh: { jid: "abcdefgh", rest: "" },
      "abcdefgh ": { jid: "abcdefgh", rest: "" },
      'abc"def\\ {"a":1} ': { jid: 'abc"def\\', rest: '{"a":1} ' },
      'a"b': { jid: 'a"b', rest: "" },
      '"a b"': { jid: "a b", rest: "" },
      '"a \\"b\\u0020\\n" more': { jid: 'a "b \n', rest: "more" },
      '"näh"  {}': { jid: "näh", rest: "{}" },
      '""': { jid: "", rest: "" },
    },
    cut,
  );
});

test("what is no jid is refused", () => {
  const broken = (text: string) => `CommandError: invalid jid ${text}, usage: DO <jid>`;
  assertTable(
    {
      "": "CommandError: missing argument, usage: DO <jid>",
      " a": broken(" a"),
      '"a': broken('"a'),
      '"a\\q"': broken('"a\\q"'),
      '"a"b': broken('"a"b'),
      '"a\tb"': broken('"a\tb"'),
      '"\\udead"': "CommandError: jid is not valid Unicode",
      ["x".repeat(1_001)]: "CommandError: jid is longer than 1000 bytes",
    },
    (text) => refusal(() => cut(text)),
  );
  const noText = Buffer.from([0x61, 0xff]);
  assert.is(
    refusal(() => cutJid(noText, "")),
    "CommandError: jid is not valid Unicode",
  );
});

test("where nothing may follow, what follows is refused", () => {
  assert.is(parse("a "), "a");
  assert.is(
    refusal(() => parse("a b")),
    "CommandError: one jid is due, and a jid with a space in it is written as a JSON string; usage: DO <jid>",
  );
});

test("whatever a jid is, it is read as it was written", () => {
  for (const jid of [
    "abcdefgh",
    "a b",
    ' "',
    '"',
    "{}",
    "[1]",
    "a\r\nb",
    "\\",
    "näh",
    "\u2028",
    "a\u0085",
  ]) {
    const written = encodeJid(jid);
    assert.is(parse(written), jid);
    assert.not.match(written, /[\r\n]/);
  }
  assert.is(encodeJid("abcdefgh"), "abcdefgh");
});

test.run();
