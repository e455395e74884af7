import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type JsonText, scanJson } from "../../protocol/json.ts";
import { jsonText } from "./json-text.ts";
import { refusal } from "./refusal.ts";

// The scanner beside JSON.parse, which is right about what is JSON.

const test = suite("protocol/json, beside JSON.parse");

const scan = (text: string): JsonText => scanJson(Buffer.from(text));

/** Whatever may follow anything, and what makes the difference in strings and numbers. */
const PIECES = [
  ...Array.from('{}[],:"\\ \n\t\u0000\u001f\u007f0123456789eE+-.tfnulraé\u2028'),
  "null",
  "true",
  '"a":',
];

/** Changes a text in a few places, which leaves it valid or not. */
const mutated = fc
  .tuple(
    jsonText.value,
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom("", ...PIECES)), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([text, edits]) =>
    edits.reduce((changed, [place, removed, inserted]) => {
      const at = place % (changed.length + 1);
      return changed.slice(0, at) + inserted + changed.slice(at + removed);
    }, text),
  )
  .map((text) => Buffer.from(text).toString()); // what was half of a pair is no Unicode

/** Compares the scanner's verdict on a text with that of JSON.parse. */
function assertAgreement(text: string): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    assert.match(
      refusal(() => scan(text)),
      /^JsonError: /,
    );
    return;
  }
  const { members, kind, start, end } = scan(text);
  assert.is(kind, kindOf(parsed));
  const bytes = Buffer.from(text);
  assert.equal(bytes.toString("utf8", start, end), text.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, ""));
  // Of repeated names JSON.parse keeps the last, and so does a Map.
  const values = members.map((member) => {
    const value: unknown = JSON.parse(bytes.toString("utf8", member.start, member.end));
    assert.is(member.kind, kindOf(value));
    return [member.name, value] as const;
  });
  const expected = kind === "object" ? Object.entries(parsed as object) : [];
  assert.equal(new Map(values), new Map(expected));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

test("every JSON text is accepted, and its members parse to the values of the whole", () => {
  const texts = fc.oneof(jsonText.object, jsonText.value);
  const property = fc.property(texts, (text) => {
    JSON.parse(text);
    assertAgreement(text);
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("a changed text is refused when JSON.parse refuses it, and never else", () => {
  fc.assert(fc.property(mutated, assertAgreement), { numRuns: 2_000 });
});

test.run();
