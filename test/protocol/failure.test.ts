import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFailure, type Failure, readFailure } from "../../protocol/failure.ts";
import { scanJson } from "../../protocol/json.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/failure");

/** Reads a failure as the member of a job. */
const read = (failure: string) => {
  const job = Buffer.from(`{"jid":"12345678", "failure": ${failure} ,"x":1}`);
  const member = scanJson(job).members[1];
  assert.ok(member);
  return readFailure(job, member);
};

const blank = { retryCount: 0, remaining: 0, errtype: "", message: "" };

test("a failure is read whole, and what it lacks is 0 or empty", () => {
  assertTable(
    {
      "{}": blank,
      '{"retry_count":null,"failed_at":null,"next_at":null,"message":null,"backtrace":null}': blank,
      '{"retry_count":2,"remaining":23,"errtype":"E","message":"oh","x":[],"Failed_At":"a","NEXT_AT":"b","backtrace":["c"]}':
        {
          retryCount: 2,
          remaining: 23,
          errtype: "E",
          message: "oh",
          failedAt: "a",
          nextAt: "b",
          backtrace: ["c"],
        },
      '{"retry_count":-1,"remaining":-7,"backtrace":[]}': {
        ...blank,
        retryCount: -1,
        remaining: -7,
        backtrace: [],
      },
    },
    read,
  );
});

test("a member of the wrong type is refused", () => {
  const field = "into Go struct field Failure.failure";
  assertTable(
    {
      '{"retry_count":"2"}': `string ${field}.retry_count of type int`,
      '{"remaining":1.5}': `number 1.5 ${field}.remaining of type int`,
      '{"failed_at":0}': `number ${field}.failed_at of type string`,
      '{"next_at":{}}': `object ${field}.next_at of type string`,
      '{"message":[]}': `array ${field}.message of type string`,
      '{"errtype":true}': `bool ${field}.errtype of type string`,
      '{"backtrace":"a"}': `string ${field}.backtrace of type []string`,
      '{"backtrace":[1]}': `number ${field}.backtrace of type string`,
    },
    (failure) => refusal(() => read(failure)).replace("JsonError: json: cannot unmarshal ", ""),
  );
});

const encode = (failure: Failure) => JSON.stringify(encodeFailure(failure));

test("a failure is written with its members in FWP's order", () => {
  const failure = {
    retryCount: 1,
    remaining: 24,
    failedAt: Date.UTC(2030, 0, 1),
    nextAt: Date.UTC(2030, 0, 2),
    errtype: "E",
    message: "oh",
    backtrace: ["a", "b"],
  };
  const expected =
    '{"failed_at":"2030-01-01T00:00:00.000Z","next_at":"2030-01-02T00:00:00.000Z",' +
    '"message":"oh","errtype":"E","backtrace":["a","b"],"retry_count":1,"remaining":24}';
  assert.is(encode(failure), expected);
});

test("a failure that was never to be tried again has no next_at, and no empty backtrace", () => {
  const expected = '{"failed_at":"","message":"","errtype":"","retry_count":0,"remaining":0}';
  assert.is(encode(blank), expected);
  assert.is(encode({ ...blank, nextAt: "", backtrace: [] }), expected);
});

test("the first of all times is a time", () => {
  const expected =
    '{"failed_at":"1970-01-01T00:00:00.000Z","next_at":"1970-01-01T00:00:00.000Z","message":"","errtype":"","retry_count":0,"remaining":0}';
  assert.is(encode({ ...blank, failedAt: 0, nextAt: 0 }), expected);
});

test("what a client sent for a time comes back as it was", () => {
  const given = { ...blank, failedAt: "yesterday", nextAt: "2030-01-01T00:00:00.123456789+01:00" };
  assert.equal(read(encode(given)), given);
});

test.run();
