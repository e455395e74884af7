import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeCalledOffTag, encodeTagDescription } from "../../protocol/tag-description.ts";

const test = suite("protocol/tag-description");

const at = Date.UTC(2030, 0, 1);
const begun = { at, reason: "late", waiting: 3, running: 2 };
const over = { at, by: "ops", waiting: 5, running: 0, endedAt: at + 1 };

test("a cancellation is going on until it has ended", () => {
  assert.is(
    encodeCalledOffTag("t", begun),
    '{"tag":"t","state":"cancelling","waiting":3,"running":2,"cancel":{"at":"2030-01-01T00:00:00.000Z","reason":"late"}}',
  );
  assert.is(
    encodeCalledOffTag("t", over),
    '{"tag":"t","state":"cancelled","waiting":5,"running":0,"cancel":{"at":"2030-01-01T00:00:00.000Z","by":"ops"}}',
  );
});

test("of a tag it is told how many jobs it has, and of its last cancellation", () => {
  assert.is(encodeTagDescription("t", 4, undefined), '{"tag":"t","jobs":4}');
  assert.is(
    encodeTagDescription("t", 2, begun),
    '{"tag":"t","jobs":2,"cancel":{"state":"cancelling","at":"2030-01-01T00:00:00.000Z","reason":"late","waiting":3,"running":2}}',
  );
  assert.is(
    encodeTagDescription("t", 0, over),
    '{"tag":"t","jobs":0,"cancel":{"state":"cancelled","at":"2030-01-01T00:00:00.000Z","by":"ops","ended_at":"2030-01-01T00:00:00.001Z","waiting":5,"running":0}}',
  );
});

test.run();
