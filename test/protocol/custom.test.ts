import { suite } from "uvu";
import { isTracked } from "../../protocol/custom.ts";
import { parseJob } from "../../protocol/job.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/custom");

test("a job asks for tracking with a one, or with true", () => {
  assertTable(
    {
      '{"track":1}': true,
      '{ "bid" : "b-x" , "track" : 1 }': true,
      '{"track":true}': true,
      '{"track":0}': false,
      '{"track":false}': false,
      '{"track":null}': false,
      '{"track":"1"}': false,
      '{"Track":1}': false,
      '{"x":{"track":1}}': false,
      "{}": false,
    },
    (custom) => isTracked(Buffer.from(custom)),
  );
});

test("a job says so in its custom, of several in the last", () => {
  const job = (members: string) =>
    parseJob(Buffer.from(`{"jid":"a1b2c3d4","jobtype":"T","args":[]${members}}`), 0).isTracked;
  assertTable(
    {
      ',"custom":{"track":1}': true,
      ',"custom":{},"custom":{"track":1}': true,
      ',"custom":{"track":1},"custom":null': undefined,
      ',"custom":{"track":0}': undefined,
      "": undefined,
    },
    job,
  );
});

test.run();
