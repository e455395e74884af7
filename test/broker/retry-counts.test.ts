import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withConnections } from "../kit/connection.ts";

// A1.9: how often a job may be tried is what its client says, or the client is told otherwise.

const test = suite("A1.9: the number of attempts is taken or refused");

const TYPE = "into Go struct field Job.retry of type int";
const BOUNDS = "jobs must have a retry between -9007199254740991 and 9007199254740991";

/** What is said of each `retry`; of one that is taken, how many tries are left after the first failure. */
const counts: [retry: string, answer: string, remaining?: number][] = [
  ["1000000000", "+OK", 1_000_000_000],
  ["40000", "+OK", 40_000],
  ["9007199254740991", "+OK", Number.MAX_SAFE_INTEGER],
  ["-1", "+OK", -1],
  ["1e9", `-ERR invalid JSON: json: cannot unmarshal number 1e9 ${TYPE}`],
  ["1.5", `-ERR invalid JSON: json: cannot unmarshal number 1.5 ${TYPE}`],
  ['"x"', `-ERR invalid JSON: json: cannot unmarshal string ${TYPE}`],
  ["9007199254740992", `-ERR ${BOUNDS}`],
  ["9223372036854775807", `-ERR ${BOUNDS}`],
  [
    "9223372036854775808",
    `-ERR invalid JSON: json: cannot unmarshal number 9223372036854775808 ${TYPE}`,
  ],
];

for (const [retry, answer, remaining] of counts) {
  test(
    `A1.9 "retry":${retry} is ${remaining === undefined ? "refused, with the reason" : "kept as it is"}`,
    withConnections(async ({ connect, state }) => {
      const { wire } = await connect();
      const job = `{"jid":"counted-1","jobtype":"T","args":[],"retry":${retry}}`;
      assert.is(await wire.call(`PUSH ${job}`), answer);
      if (remaining === undefined) {
        assert.equal((await state()).jobs, {});
        return;
      }
      await wire.fetch("default");
      assert.is(await wire.call('FAIL {"jid":"counted-1","errtype":"E","message":"m"}'), "+OK");
      const told = await wire.call("JOB GET counted-1");
      assert.match(told, `"state":"${remaining < 0 ? "dead" : "retries"}"`);
      assert.match(told, `"retry_count":0,"remaining":${remaining}}`);
      assert.match(told, `"job":{"jid":"counted-1","jobtype":"T","args":[],"retry":${retry},`);
    }),
  );
}

test.run();
