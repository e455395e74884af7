import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bytes, digits, integer, list, pairs, text } from "../../../broker/store/redis-reply.ts";

const test = suite("store/redis-reply");

const name = Buffer.from("näme");

test("each reader gives what it is named after", () => {
  assert.equal(list([1, null]), [1, null]);
  assert.is(integer(-7), -7);
  assert.equal(digits(Buffer.from("101")), [true, false, true]);
  assert.equal(digits(Buffer.from("")), []);
  assert.is(bytes(name), name);
  assert.is(text(name), "näme");
  assert.equal(pairs([name, Buffer.from("a"), Buffer.from("b"), name]), [
    ["näme", Buffer.from("a")],
    ["b", name],
  ]);
  assert.equal(pairs([]), []);
});

test("each reader refuses anything else, and shows it", () => {
  const refused: [(reply: unknown) => unknown, unknown][] = [
    [list, null],
    [list, "text"],
    [integer, "1"],
    [integer, name],
    [digits, 1],
    [digits, Buffer.from("12")],
    [bytes, "text"],
    [bytes, null],
    [text, 1],
    [pairs, [name]],
    [pairs, [1, name]],
    [pairs, { a: 1 }],
  ];
  for (const [read, reply] of refused) {
    assert.throws(() => read(reply), /^Redis replied with .*, which was not to be expected$/);
  }
  assert.throws(() => integer("one"), 'Redis replied with "one"');
});

test.run();
