import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findMember } from "../../protocol/find-member.ts";
import { scanJson } from "../../protocol/json.ts";
import { jsonText } from "./json-text.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/find-member");

/** The text of the value. */
function find(text: string, name = "x", limit?: number): string | undefined {
  const object = Buffer.from(text);
  const found = findMember(object, name, limit);
  return found && object.toString("utf8", found.start, found.end);
}

test("a member's value is what stands there, of whatever kind", () => {
  assertTable(
    {
      '{"x":1}': "1",
      '{"x":1.0e5}': "1.0e5",
      ' { "x" : true } ': "true",
      '{"x":null,"y":2}': "null",
      '{"x":"a\\"}b"}': '"a\\"}b"',
      '{"x":"\\\\","y":"x"}': '"\\\\"',
      '{"x":{"y":[1,{"z":"}]"}]},"y":2}': '{"y":[1,{"z":"}]"}]}',
      '{"x":[]}': "[]",
      '{"y":-1,"x":{}}': "{}",
      '{"y":[1,[2]],"z":{"x":3},"x":4}': "4",
      '{"y":"\\"x\\":5","x":6}': "6",
      '{"x":7,"x":8}': "7",
    },
    (text) => find(text),
  );
});

test("there is none where no member has the name", () => {
  assertTable(
    {
      "{}": undefined,
      " { } ": undefined,
      '{"X":1}': undefined,
      '{"xx":1,"":2}': undefined,
      '{"y":{"x":1},"z":["x",{"x":2}]}': undefined,
      '{"y":"x"}': undefined,
    },
    (text) => find(text),
  );
});

test("of any object it finds what scanJson finds first", () => {
  fc.assert(
    fc.property(jsonText.object, (text) => {
      const bytes = Buffer.from(text);
      for (const { rawName } of scanJson(bytes).members) {
        if (!/^[\x20-\x7e]*$/.test(rawName)) continue;
        const first = scanJson(bytes).members.find((member) => member.rawName === rawName);
        const expected = first && bytes.toString("utf8", first.start, first.end);
        assert.is(find(text, rawName), expected);
      }
    }),
  );
});

test("what reaches too far back is not looked for", () => {
  const text = '{"y":"12","x":"345"}';
  for (let limit = 0; limit <= text.length; limit++) {
    assert.is(find(text, "x", limit), limit === text.length ? '"345"' : undefined);
  }
});

test.run();
