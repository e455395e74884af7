import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeBeatAnswer, readBeatAnswer } from "../../protocol/commands/beat.ts";
import {
  type ControlMessage,
  encodeControlMessage,
  readControlMessage,
} from "../../protocol/control-message.ts";

const test = suite("protocol/control-message");

const jobs = [{ jid: "a", token: 7, reason: "late", by: "ops" }, { jid: "b" }];

test("a message says what has happened, and is read as it was meant", () => {
  const messages: [ControlMessage, string][] = [
    [{ state: "quiet" }, '{"state":"quiet"}'],
    [{ cancel: jobs }, '{"cancel":[{"jid":"a","lease":7,"reason":"late","by":"ops"},{"jid":"b"}]}'],
  ];
  for (const [message, text] of messages) {
    assert.is(encodeControlMessage(message), text);
    assert.equal(readControlMessage(Buffer.from(text)), message);
  }
});

test("what a newer server may say besides is passed over", () => {
  for (const text of [
    "null",
    "[]",
    '{"news":1}',
    '{"state":"asleep"}',
    '{"cancel":{}}',
    '{"state":5,"cancel":"all"}',
  ]) {
    assert.equal(readControlMessage(Buffer.from(text)), {}, text);
  }
  const odd = '{"cancel":[5,{"jid":6},{"jid":"a","lease":"7","reason":1,"by":[]}]}';
  assert.equal(readControlMessage(Buffer.from(odd)), { cancel: [{ jid: "a" }] });
});

test("a BEAT's answer says the same, and what is lost; or nothing", () => {
  assert.is(encodeBeatAnswer({}), undefined);
  assert.is(encodeBeatAnswer({ lost: [], cancel: [] }), undefined);
  const answer = { state: "terminate", lost: ["x"], cancel: jobs } as const;
  const text = encodeBeatAnswer({ ...answer, lost: ["x"] }) ?? "";
  assert.is(
    text,
    '{"state":"terminate","lost":["x"],"cancel":[{"jid":"a","lease":7,"reason":"late","by":"ops"},{"jid":"b"}]}',
  );
  assert.equal(readBeatAnswer(Buffer.from(text)), answer);
  assert.equal(readBeatAnswer(Buffer.from("null")), {});
});

test.run();
