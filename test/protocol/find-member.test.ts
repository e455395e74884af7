import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findMember } from "../../protocol/find-member.ts";
import { scanJson } from "../../protocol/json.ts";
import { jsonText } from "./json-text.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/find-member");

const find = (text: string) => findMember(Buffer.from(text), "x")?.toString();

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
    find,
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
    find,
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
        assert.is(findMember(bytes, rawName)?.toString(), expected);
      }
    }),
  );
});

test("what begins too far back is not looked for", () => {
  const object = Buffer.from('{"y":12,"x":3}');
  assert.is(findMember(object, "x", 9)?.toString(), "3");
  assert.is(findMember(object, "x", 8), undefined);
});

test.run();
