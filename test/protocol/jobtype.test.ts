import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJob } from "../../protocol/job.ts";
import { findJobtype } from "../../protocol/jobtype.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/jobtype");

test("a job's type is found in its text, however it is written", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4","jobtype":"Mail","args":[]}': "Mail",
      '{ "args": [{"jobtype":"no"}], "jobtype": "\\u00e9\\"é", "jid":"a1b2c3d4" }': 'é"é',
      '{"JID":"a1b2c3d4","JobType":"Mail","args":[],"jobtype":"Last"}': "Last",
    },
    (text) => findJobtype(parseJob(Buffer.from(text), 0).text),
  );
});

test("it is not looked for behind 16 KiB of other members", () => {
  const find = (bytes: number) => {
    const head = '{"args":["';
    const tail = '"],"jobtype":"T","jid":"a1b2c3d4"}';
    const filling = "x".repeat(bytes - head.length - '"],"jobtype":"T"'.length);
    return findJobtype(Buffer.from(head + filling + tail));
  };
  assert.is(find(16_383), "T");
  assert.is(find(16_384), undefined);
});

test.run();
