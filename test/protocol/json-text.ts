import * as fc from "fast-check";

/** What may stand between two tokens, most often nothing. */
export const space = fc.constantFrom("", "", "", " ", "\t", "\r\n", " \n ");

/** Numbers and strings that do not survive JSON.parse and JSON.stringify, among those that do. */
const number = fc.oneof(
  fc.constantFrom("1.0", "-0", "1E5", "1e400", "0.10", "12345678901234567890", "9007199254740993"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
export const string = fc.oneof(
  fc.constantFrom('"\\u00e9"', '"é"', '"\\ud800"', '"\\/"', '"<&>"', '"\u2028"', '"__proto__"'),
  fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
);

const { array, object, value } = fc.letrec<Record<"array" | "object" | "value", string>>((tie) => ({
  array: fc.array(tie("value"), { maxLength: 4 }).map((values) => `[${values.join(",")}]`),
  object: fc
    .array(fc.tuple(space, string, space, fc.constant(":"), tie("value")), { maxLength: 4 })
    .map((members) => `{${members.map((member) => member.join("")).join(",")}}`),
  value: fc
    .tuple(
      space,
      fc.oneof(
        { depthSize: "small" },
        number,
        string,
        fc.constantFrom("true", "false", "null", "{ }", "[\n]"),
        tie("array"),
        tie("object"),
      ),
      space,
    )
    .map((parts) => parts.join("")),
}));

/** JSON texts as a client may write them: white space, escapes and repeated names included. */
export const jsonText = { array, object, value };
