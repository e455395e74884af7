import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type JsonMember, type JsonText, scanJson } from "../../protocol/json.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/json");

const scan = (text: string): JsonText => scanJson(Buffer.from(text));

/** An accepted text as what was found in it: kind, start and end. */
const extent = (text: string) => {
  const { kind, start, end } = scan(text);
  return [kind, start, end];
};

test("a value is told by its kind, and by its place between the white space", () => {
  assertTable(
    {
      "{}": ["object", 0, 2],
      "[]": ["array", 0, 2],
      '""': ["string", 0, 2],
      "0": ["number", 0, 1],
      true: ["bool", 0, 4],
      false: ["bool", 0, 5],
      null: ["null", 0, 4],
      " \t\r\n{ } \t\r\n": ["object", 4, 7],
      " [ [ ] , { } ] ": ["array", 1, 14],
      ' "é" ': ["string", 1, 5],
    },
    extent,
  );
});

test("numbers and escapes are accepted in all their forms", () => {
  const numbers = ["-0", "10", "0.0", "-1.50", "1e1", "1E+05", "0e-0", "1e400", "9".repeat(400)];
  const strings = [
    '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"\\u0000\\uD83d\\uDE42\\ud800\\uaF09"',
    '"\u007f"',
  ];
  for (const text of [...numbers, ...strings]) assert.is(scan(text).end, Buffer.byteLength(text));
});

test("a syntax error is told in the words of Faktory's decoder", () => {
  assertTable(
    {
      "": "unexpected end of JSON input",
      " \n": "unexpected end of JSON input",
      "{": "unexpected end of JSON input",
      '{"a"': "unexpected end of JSON input",
      '{"a":': "unexpected end of JSON input",
      '{"a":1': "unexpected end of JSON input",
      '{"a":1,': "unexpected end of JSON input",
      "[1": "unexpected end of JSON input",
      "[1,": "unexpected end of JSON input",
      '"a': "unexpected end of JSON input",
      '"\\': "unexpected end of JSON input",
      '"\\u00': "unexpected end of JSON input",
      "-": "unexpected end of JSON input",
      "1.": "unexpected end of JSON input",
      "1e": "unexpected end of JSON input",
      tru: "unexpected end of JSON input",
      bad: "invalid character 'b' looking for beginning of value",
      NaN: "invalid character 'N' looking for beginning of value",
      "+1": "invalid character '+' looking for beginning of value",
      ".5": "invalid character '.' looking for beginning of value",
      "'a'": "invalid character '\\'' looking for beginning of value",
      "\\": "invalid character '\\\\' looking for beginning of value",
      "\u0000": "invalid character '\\x00' looking for beginning of value",
      "\u0007": "invalid character '\\a' looking for beginning of value",
      "\u000b": "invalid character '\\v' looking for beginning of value",
      "\u007f": "invalid character '\\x7f' looking for beginning of value",
      "\u00a0": "invalid character 'Â' looking for beginning of value",
      "\ufeff{}": "invalid character 'ï' looking for beginning of value",
      "[,]": "invalid character ',' looking for beginning of value",
      "[1,]": "invalid character ']' looking for beginning of value",
      "[}": "invalid character '}' looking for beginning of value",
      '{"a":}': "invalid character '}' looking for beginning of value",
      "{a:1}": "invalid character 'a' looking for beginning of object key string",
      '{"a":1,}': "invalid character '}' looking for beginning of object key string",
      "{,}": "invalid character ',' looking for beginning of object key string",
      "{]": "invalid character ']' looking for beginning of object key string",
      '{"a" 1}': "invalid character '1' after object key",
      '{"a"}': "invalid character '}' after object key",
      '{"a":1 "b":2}': "invalid character '\"' after object key:value pair",
      '{"a":1]': "invalid character ']' after object key:value pair",
      '{"a":01}': "invalid character '1' after object key:value pair",
      "[1 2]": "invalid character '2' after array element",
      "[1}": "invalid character '}' after array element",
      "[[1]}": "invalid character '}' after array element",
      "{} true": "invalid character 't' after top-level value",
      "{}}": "invalid character '}' after top-level value",
      "01": "invalid character '1' after top-level value",
      nulls: "invalid character 's' after top-level value",
      '"\n"': "invalid character '\\n' in string literal",
      '"\t"': "invalid character '\\t' in string literal",
      '"\r"': "invalid character '\\r' in string literal",
      '"\b"': "invalid character '\\b' in string literal",
      '"\f"': "invalid character '\\f' in string literal",
      '"\u001f"': "invalid character '\\x1f' in string literal",
      '"\\x"': "invalid character 'x' in string escape code",
      '"\\U0041"': "invalid character 'U' in string escape code",
      '"\\u00g0"': "invalid character 'g' in \\u hexadecimal character escape",
      '"\\u12"': "invalid character '\"' in \\u hexadecimal character escape",
      '"\\u000é"': "invalid character 'Ã' in \\u hexadecimal character escape",
      "-a": "invalid character 'a' in numeric literal",
      "--1": "invalid character '-' in numeric literal",
      "1.e1": "invalid character 'e' after decimal point in numeric literal",
      "[1.]": "invalid character ']' after decimal point in numeric literal",
      "1ex": "invalid character 'x' in exponent of numeric literal",
      "1e+-1": "invalid character '-' in exponent of numeric literal",
      tRue: "invalid character 'R' in literal true (expecting 'r')",
      "[tru]": "invalid character ']' in literal true (expecting 'e')",
      fals0: "invalid character '0' in literal false (expecting 'e')",
      nil: "invalid character 'i' in literal null (expecting 'u')",
    },
    (text) => refusal(() => scan(text)).replace("JsonError: ", ""),
  );
});

test("a text that is no UTF-8 is refused, wherever the bad bytes stand", () => {
  const bad = {
    continuation: [0x80],
    half: [0xc3],
    overlong: [0xc0, 0xaf],
    surrogate: [0xed, 0xa0, 0x80],
  };
  for (const bytes of Object.values(bad)) {
    for (const [before, after] of [
      ['"', '"'],
      ['{"', '":1}'],
      ["", "1"],
      ["[1]", ""],
    ] as const) {
      const text = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
      assert.is(
        refusal(() => scanJson(text)),
        "JsonError: invalid UTF-8",
      );
    }
  }
});

test("10,000 nested arrays and objects are fine, and one more is too deep", () => {
  const containers: [open: string, close: string][] = [
    ["[", "]"],
    ['{"a":', "}"],
    ['[{"a":', "}]"],
  ];
  for (const [open, close] of containers) {
    const each = open.length > 5 ? 2 : 1;
    const nested = (depth: number, inner: string) =>
      open.repeat(depth / each) + inner + close.repeat(depth / each);
    assert.is(scan(nested(10_000, "1")).kind, open.startsWith("[") ? "array" : "object");
    for (const [inner, byte] of [
      ["[]", "["],
      ["{}", "{"],
    ] as const) {
      const tooDeep = `JsonError: invalid character '${byte}' exceeded max depth`;
      assert.is(
        refusal(() => scan(nested(10_000, inner))),
        tooDeep,
      );
    }
  }
});

test("depth is what is open at once, not what was opened", () => {
  assert.is(scan(`[${"[],{},".repeat(20_000)}1]`).kind, "array");
});

/** The members as what they are made of: raw name, name, kind and text. */
const shown = (text: string) =>
  scan(text).members.map(({ rawName, name, kind, start, end }: JsonMember) => {
    return [rawName, name, kind, Buffer.from(text).toString("utf8", start, end)].join(" ");
  });

test("members of an object are told in their order, with their text", () => {
  assertTable(
    {
      "{}": [],
      "[1]": [],
      '[{"a":1}]': [],
      '{"a":1.0}': ["a a number 1.0"],
      ' { "b" : [ 1 , 2 ] , "a" : { "c" : "}" } } ': [
        "b b array [ 1 , 2 ]",
        'a a object { "c" : "}" }',
      ],
      '{"a":null,"é":"é","a":true,"c":-0}': [
        "a a null null",
        'é é string "é"',
        "a a bool true",
        "c c number -0",
      ],
      '{"\\u006aid":"a\\"b","a\\/b":0,"":""}': [
        '\\u006aid jid string "a\\"b"',
        "a\\/b a/b number 0",
        '  string ""',
      ],
      '{"__proto__":{"jid":"x"},"constructor":1}': [
        '__proto__ __proto__ object {"jid":"x"}',
        "constructor constructor number 1",
      ],
    },
    shown,
  );
});

test("elements of an array are told in their order, with their text", () => {
  assertTable(
    {
      "[]": [],
      '{"a":[1]}': [],
      '"[1]"': [],
      ' [ 1.0 ,{"jid": "é"},[2,[3]] ,null,"a,b"] ': [
        "number 1.0",
        'object {"jid": "é"}',
        "array [2,[3]]",
        "null null",
        'string "a,b"',
      ],
    },
    (text) =>
      scan(text).elements.map(({ kind, start, end }) => {
        return `${kind} ${Buffer.from(text).toString("utf8", start, end)}`;
      }),
  );
});

test("200,000 elements are fine, and one more is refused, but for inner arrays", () => {
  const many = `[${"0,".repeat(200_000)}0]`;
  assert.is(scan(many.replace("0,", "")).elements.length, 200_000);
  const refused = "JsonError: an array has more than 200000 elements";
  assert.is(
    refusal(() => scan(many)),
    refused,
  );
  assert.is(scan(`[${many}]`).elements.length, 1);
  assert.is(scan(`{"args":${many}}`).members.length, 1);
});

test("10,000 members are fine, and one more is refused, but for inner objects", () => {
  const many = `{${'"a":0,'.repeat(10_000)}"a":0}`;
  assert.is(scan(many.replace('"a":0,', "")).members.length, 10_000);
  const refused = "JsonError: an object has more than 10000 members";
  assert.is(
    refusal(() => scan(many)),
    refused,
  );
  assert.is(scan(`[${many}]`).elements.length, 1);
  assert.is(scan(`{"custom":${many}}`).members.length, 1);
});

test.run();
