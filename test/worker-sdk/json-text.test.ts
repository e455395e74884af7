import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeJson, encodeJson } from "../../worker-sdk/json-text.ts";

const test = suite("worker-sdk/json-text");

const LARGE = "9007199254740993";

test("an integer beyond 2^53 is a bigint where that is asked for, however deep it is", () => {
  const text = `{"args":[${LARGE},{"id":-${LARGE}},[9007199254740991,1.5,1e300]],"s":"${LARGE}"}`;
  assert.equal(decodeJson(text, "exact"), {
    args: [9007199254740993n, { id: -9007199254740993n }, [9007199254740991, 1.5, 1e300]],
    s: LARGE,
  });
});

test("it is refused where nobody asked, and rounded where somebody did", () => {
  assert.throws(() => decodeJson(`[${LARGE}]`, "refuse"), /^9007199254740993 is beyond 2\^53/);
  assert.equal(decodeJson(`[${LARGE}]`, "rounded"), [Number(LARGE)]);
});

test("digits in a string, a fraction or an exponent are no large integer", () => {
  for (const text of [
    `["${LARGE}","\\"${LARGE}"]`,
    `[0.${LARGE},${LARGE}.5,${LARGE}e2]`,
    `{"${LARGE}":"\\\\${LARGE}\\\\"}`,
    '["1234567890123456",1234567890123456]',
  ]) {
    assert.equal(decodeJson(text, "refuse"), JSON.parse(text));
    assert.equal(decodeJson(text, "exact"), JSON.parse(text));
  }
});

test("a bigint is written out, and everything else is as JSON.stringify has it", () => {
  assert.is(
    encodeJson({ id: 2n ** 63n, list: [-1n, 0n] }),
    '{"id":9223372036854775808,"list":[-1,0]}',
  );
  assert.is(encodeJson([1n, undefined, new Date(0)]), '[1,null,"1970-01-01T00:00:00.000Z"]');
  assert.is(encodeJson({ a: 1, b: undefined, c: "é" }), '{"a":1,"c":"é"}');
  const circle: unknown[] = [];
  circle.push(circle);
  assert.throws(() => encodeJson(circle), TypeError);
});

test("whatever is written comes back as it was", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.string(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((one) => (Object.is(one, -0) ? 0 : one)),
      fc.boolean(),
      fc.constant(null),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(value, (one) => {
      // A double beyond 2^53 is written as an integer, and so comes back as one.
      const text = encodeJson(one);
      assert.is(encodeJson(decodeJson(text, "exact")), text);
    }),
  );
});

test("a string of many megabytes is no trouble", () => {
  const text = JSON.stringify([
    "x".repeat(20_000_000),
    '\\"'.repeat(1_000_000),
    "1234567890123456",
  ]);
  assert.equal(decodeJson(text, "refuse"), JSON.parse(text));
});

test.run();
