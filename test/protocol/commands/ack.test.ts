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

/** Its members, the result as text. */
const read = (members: string) => {
  const { result, ...ack } = parse(`{"jid":"a",${members}}`);
  return { ...ack, ...(result && { result: result.toString() }) };
};

test("what came of a job may be told, whatever it is, and for how long it is kept", () => {
  const result = (text: string) => ({ jid: "a", result: text, keepForSeconds: 3_600 });
  assertTable(
    {
      '"result":{ "n" : 1.0 , "l":[9007199254740993]} ': result(
        '{ "n" : 1.0 , "l":[9007199254740993]}',
      ),
      '"result":"\u0074ext"': result('"\u0074ext"'),
      '"result":false': result("false"),
      '"result":0': result("0"),
      '"result":[],"keep_for":1': { ...result("[]"), keepForSeconds: 1 },
      '"keep_for":2592000,"lease":7': { jid: "a", token: 7, keepForSeconds: 2_592_000 },
      '"result":1,"result":2': result("2"),
      '"result":null,"keep_for":null,"lease":null': { jid: "a" },
      '"result":1,"result":null': { jid: "a" },
      '"Result":"a","KEEP_FOR":"b"': { jid: "a" },
    },
    read,
  );
  const longest = `"${"x".repeat(65_534)}"`;
  assert.equal(read(`"result":${longest}`), result(longest));
});

test("a result that is too long, and a time that is out of bounds, are refused with the reason", () => {
  for (const time of ["0", "-1", "2592001", "1.5", "1e3", '"60"', "true", "[]", "99999999999999"]) {
    const text = `{"jid":"a","keep_for":${time}}`;
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid ACK ${text}: keep_for must be an integer from 1 to 2592000`,
    );
  }
  const long = refusal(() => read(`"result":"${"ä".repeat(32_768)}"`));
  assert.match(long, /^CommandError: invalid ACK .+…: a result has at most 65536 bytes$/);
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
  const kept = { jid: "a", token: 7, result: Buffer.from("[1.0]"), keepForSeconds: 60 };
  assert.equal(parse(encodeAck(kept).slice("ACK ".length)), kept);
  assert.is(encodeAck({ jid: 'a1"é' }), 'ACK {"jid":"a1\\"é"}');
});

test.run();
