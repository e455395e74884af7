import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeResult } from "../../worker-sdk/job-result.ts";

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

test.run();
