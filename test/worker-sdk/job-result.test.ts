import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeResult, keptResult } from "../../worker-sdk/job-result.ts";

const test = suite("worker-sdk/job-result");

test("a result is anything that JSON has", () => {
  const encoded = [{ a: [1, "zwei"] }, false, 0, "", 12345678901234567890n].map((result) =>
    encodeResult(result).toString(),
  );
  assert.equal(encoded, ['{"a":[1,"zwei"]}', "false", "0", '""', "12345678901234567890"]);
});

test("and nothing else", () => {
  const loop: unknown[] = [];
  loop.push(loop);
  for (const none of [undefined, null, () => {}, Symbol("none"), { toJSON: () => undefined }]) {
    assert.throws(() => encodeResult(none), /a result is something that JSON has, not /);
  }
  assert.throws(() => encodeResult(loop), TypeError);
});

test("it has a limit, in bytes", () => {
  assert.is(encodeResult("x".repeat(65_534)).length, 65_536);
  assert.throws(
    () => encodeResult("ä".repeat(32_768)),
    /a result has at most 65536 bytes of JSON, and this one has 65538/,
  );
});

test("it is kept for a time, which makes sense or is refused", () => {
  const result = Buffer.from("1");
  assert.equal(keptResult(1), { result });
  assert.equal(keptResult(1, { keepForSeconds: 60 }), { result, keepForSeconds: 60 });
  for (const keepForSeconds of [0, 1.5, 2_592_001, Number.NaN]) {
    assert.throws(
      () => keptResult(1, { keepForSeconds }),
      new RegExp(`keepForSeconds is a whole number from 1 to 2592000, not ${keepForSeconds}`),
    );
  }
});

test.run();
