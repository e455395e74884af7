import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  encodeFigures,
  encodeJobFigures,
  parseJobFigures,
} from "../../../protocol/commands/job-figures.ts";

const test = suite("protocol/commands/job-figures");

test("a type is named as it is, whatever it has in it", () => {
  for (const jobtype of ["Mail", "two words", '"quoted"', "é"]) {
    const line = encodeJobFigures(jobtype);
    assert.is(parseJobFigures(Buffer.from(line.slice("JOB FIGURES ".length))), jobtype);
  }
});

test("without a type all are asked for", () => {
  assert.is(encodeJobFigures(), "JOB FIGURES");
  assert.is(parseJobFigures(Buffer.alloc(0)), undefined);
});

test("what is not known is left out", () => {
  assert.is(
    encodeFigures({ jobtype: "T", count: 0, failed: 0 }),
    '{"jobtype":"T","count":0,"failed":0}',
  );
  const percentiles = { p50: 1.04, p95: 20, p99: 300 };
  assert.is(
    encodeFigures({
      jobtype: "T",
      count: 20,
      failed: 1,
      waitMs: percentiles,
      runMs: percentiles,
      suggestedLease: 15,
      suggestedReserveFor: 60,
    }),
    '{"jobtype":"T","count":20,"failed":1,"wait_ms":{"p50":1.04,"p95":20,"p99":300},"run_ms":{"p50":1.04,"p95":20,"p99":300},"suggested_lease":15,"suggested_reserve_for":60}',
  );
});

test.run();
