import { suite } from "uvu";
import * as assert from "uvu/assert";
import { scanJson } from "../../protocol/json.ts";
import { canonicalName, readMembers } from "../../protocol/members.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/members");

const SHAPE = {
  text: "string",
  whole: "int",
  exact: "int64",
  any: "number",
  lines: "strings",
  object: "object",
  failure: "failure",
  list: "array",
} as const;

const read = (text: string) => {
  const bytes = Buffer.from(text);
  return readMembers(scanJson(bytes), SHAPE, "Thing");
};

test("members are read by their type, and others are passed over", () => {
  assertTable(
    {
      "{}": {},
      null: {},
      '{"other":1,"text":"a","TEXTS":"b","":2}': { text: "a" },
      '{"text":""}': { text: "" },
      '{"text":"é\\u00e9\\n\\"\\ud83d\\ude42"}': { text: 'éé\n"🙂' },
      '{"whole":0}': { whole: 0 },
      '{"whole":-12}': { whole: -12 },
      '{"any":-1.5e1}': { any: -15 },
      '{"any":3,"any":null}': { any: 3 },
      '{"lines":[]}': { lines: [] },
      '{"lines":["a",null,"\\u0062"]}': { lines: ["a", "", "b"] },
    },
    read,
  );
});

test("objects and arrays are told by their place", () => {
  const { object, list, failure } = read('{"object": {"a": 1}, "LIST": [ ], "failure":{} }');
  const place = { start: 11, end: 19 };
  assert.equal(object, { name: "object", rawName: "object", kind: "object", ...place });
  assert.equal(list, { name: "LIST", rawName: "LIST", kind: "array", start: 29, end: 32 });
  assert.equal([failure?.kind, failure?.start, failure?.end], ["object", 44, 46]);
});

test("an integer has up to 64 bits, and neither fraction nor exponent", () => {
  assertTable(
    {
      "-0": true,
      "9007199254740991": true,
      "9223372036854775808": false,
      "-9223372036854775809": false,
      "10000000000000000000": false,
      "99999999999999999999999": false,
      "5.0": false,
      "1e3": false,
      "1E0": false,
    },
    (whole) => {
      try {
        return read(`{"whole":${whole}}`).whole === Number(whole);
      } catch (error) {
        const expected = `JsonError: json: cannot unmarshal number ${whole} into Go struct field Thing.whole of type int`;
        assert.is(String(error), expected);
        return false;
      }
    },
  );
});

test("an integer that no number holds exactly is the nearest that one does", () => {
  const [most, least] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  assertTable(
    {
      "9007199254740992": most,
      "999999999999999999": most,
      "9223372036854775807": most,
      "-9007199254740992": least,
      "-9223372036854775808": least,
    },
    (whole) => read(`{"whole":${whole}}`).whole,
  );
});

test("unless it is asked for as it is", () => {
  assertTable(
    {
      "-3": -3,
      "9007199254740991": Number.MAX_SAFE_INTEGER,
      "9007199254740992": 2 ** 53,
      "9223372036854775807": 2 ** 63,
      "-9223372036854775808": -(2 ** 63),
    },
    (whole) => read(`{"exact":${whole}}`).exact,
  );
  assert.equal(read('{"exact":3,"exact":null}'), { exact: 3 });
});

test("a wrong type is told in the words of Faktory's decoder", () => {
  assertTable(
    {
      '{"text":1.50}': "number into Go struct field Thing.text of type string",
      '{"text":{}}': "object into Go struct field Thing.text of type string",
      '{"text":[]}': "array into Go struct field Thing.text of type string",
      '{"text":true}': "bool into Go struct field Thing.text of type string",
      '{"whole":"5"}': "string into Go struct field Thing.whole of type int",
      '{"whole":false}': "bool into Go struct field Thing.whole of type int",
      '{"exact":5e1}': "number 5e1 into Go struct field Thing.exact of type int",
      '{"any":"5"}': "string into Go struct field Thing.any of type float64",
      '{"whole":60.50}': "number 60.50 into Go struct field Thing.whole of type int",
      '{"lines":"a"}': "string into Go struct field Thing.lines of type []string",
      '{"lines":{}}': "object into Go struct field Thing.lines of type []string",
      '{"lines":["a",1]}': "number into Go struct field Thing.lines of type string",
      '{"lines":[true]}': "bool into Go struct field Thing.lines of type string",
      '{"lines":[["a"]]}': "array into Go struct field Thing.lines of type string",
      '{"lines":[{}]}': "object into Go struct field Thing.lines of type string",
      '{"object":[]}': "array into Go struct field Thing.object of type map[string]interface {}",
      '{"object":"a"}': "string into Go struct field Thing.object of type map[string]interface {}",
      '{"failure":5}': "number into Go struct field Thing.failure of type client.Failure",
      '{"list":{}}': "object into Go struct field Thing.list of type []interface {}",
      '{"list":1}': "number into Go struct field Thing.list of type []interface {}",
      // By the name that it should have; and the first one in the text.
      '{"TEXT":1}': "number into Go struct field Thing.text of type string",
      '{"other":1,"whole":[],"text":1}': "array into Go struct field Thing.whole of type int",
      '{"text":1,"text":"a"}': "number into Go struct field Thing.text of type string",
    },
    (text) => refusal(() => read(text)).replace("JsonError: json: cannot unmarshal ", ""),
  );
});

test("a long number is not repeated at its full length", () => {
  const number = "1".repeat(5_000);
  const message = refusal(() => read(`{"whole":${number}}`));
  assert.match(message, `unmarshal number ${"1".repeat(200)}… into`);
});

test("null counts as absent, and of two members with one name the last counts", () => {
  assertTable(
    {
      '{"text":null,"whole":null,"lines":null,"object":null,"list":null}': {},
      '{"text":"a","text":"b"}': { text: "b" },
      '{"text":"a","TEXT":"b"}': { text: "b" },
      '{"Text":"a","text":""}': { text: "" },
      '{"text":"a","text":null}': { text: "a" },
      '{"text":null,"text":"a"}': { text: "a" },
    },
    read,
  );
});

test("null takes back what came before it where it is an array or an object, as in Faktory", () => {
  assertTable(
    {
      '{"text":"a","text":null,"whole":1,"whole":null}': { text: "a", whole: 1 },
      '{"lines":["a"],"lines":null,"object":{},"object":null}': {},
      '{"list":[1],"LIST":null,"failure":{},"failure":null}': {},
      '{"lines":["a"],"lines":null,"lines":["b"]}': { lines: ["b"] },
    },
    read,
  );
});

test("a name matches in any case and with any escapes, and no other does", () => {
  assertTable(
    {
      '{"TEXT":"a"}': { text: "a" },
      '{"tExT":"a"}': { text: "a" },
      '{"\\u0074ext":"a"}': { text: "a" },
      '{"\\u0054ext":"a"}': { text: "a" },
      '{"text ":"a"}': {},
      '{"te\\u0000xt":"a"}': {},
      '{"téxt":"a"}': {},
    },
    read,
  );
});

test("names that every object of JavaScript knows are names like any other", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "HASOWNPROPERTY"]) {
    assert.is(canonicalName(SHAPE, name), undefined);
    const members = read(`{"${name}":{"text":"a"}}`);
    assert.equal(Object.keys(members), []);
    assert.is(members.text, undefined);
  }
});

test.run();
