import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeAck, parseAck } from "../../../protocol/commands/ack.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/ack");

const parse = (text: string) => parseAck(Buffer.from(text));

test("an object of strings is taken for its jid", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4"}': "a1b2c3d4",
      ' { "jid" : "a1b2c3d4" } ': "a1b2c3d4",
      '{"jid":""}': "",
      '{"jid":null}': "",
      '{"wid":"x","jid":"a1b2c3d4","JID":"y","other":null}': "a1b2c3d4",
      '{"jid":"first","jid":"last"}': "last",
      '{"jid":"first","jid":null}': "",
      '{"\\u006aid":"\\u00e9\\""}': 'é"',
    },
    (text) => parse(text).jid,
  );
});

test("everything else is refused, and repeated", () => {
  const bad = ["", " ", "{}", "null", "[]", '"jid"', "5", "a1b2c3d4", '{"JID":"a1b2c3d4"}'];
  bad.push('{"jid":5}', '{"jid":["a"]}', '{"jid":true}', '{"jid":"a","count":1}', '{"jid":"a"');
  bad.push('{"jid":"a"} x', '{"jid":"a",}', '{"jid":"a"}{"jid":"b"}', '["jid"]');
  for (const text of bad)
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid ACK ${text}`,
    );
});

test("a long argument is not repeated at its full length", () => {
  const text = "x".repeat(5_000);
  const expected = `CommandError: invalid ACK ${"x".repeat(200)}…`;
  assert.is(
    refusal(() => parse(text)),
    expected,
  );
});

test("bytes that are no UTF-8 are refused", () => {
  const bytes = Buffer.concat([Buffer.from('{"jid":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  assert.is(
    refusal(() => parseAck(bytes)),
    'CommandError: invalid ACK {"jid":"\ufffd"}',
  );
});

test("a client's ACK is FWP's", () => {
  assert.is(encodeAck({ jid: 'a1"é' }), 'ACK {"jid":"a1\\"é"}');
});

test.run();
