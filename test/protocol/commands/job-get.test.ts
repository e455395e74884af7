import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeJobDescription } from "../../../protocol/commands/job-get.ts";

const test = suite("protocol/commands/job-get");

const NOW = Date.UTC(2026, 0, 1);
const job = {
  jid: "a",
  state: "stalled",
  queue: "q",
  jobtype: "T",
  attempt: 1,
  runs: 0,
  job: Buffer.from('{"jid":"a","args":[ 1.0 ]}'),
} as const;
const head = '{"jid":"a","state":"stalled","queue":"q","jobtype":"T","attempt":1,"runs":0';

test("what is not known is left out, and the job is there as its client wrote it", () => {
  assert.is(encodeJobDescription(job).toString(), `${head},"job":{"jid":"a","args":[ 1.0 ]}}`);
});

test("results are spliced in, byte by byte", () => {
  const described = {
    ...job,
    result: Buffer.from("[2.0]"),
    progress: {
      percent: 0,
      desc: "é",
      updatedAt: NOW,
      seq: 5,
      stalledAt: NOW + 1,
      result: Buffer.from("[ 1.0]"),
    },
  };
  assert.is(
    encodeJobDescription(described).toString(),
    `${head},"progress":{"percent":0,"desc":"é","updated_at":"2026-01-01T00:00:00.000Z","seq":5,"stalled_at":"2026-01-01T00:00:00.001Z","result":[ 1.0]},"result":[2.0],"job":{"jid":"a","args":[ 1.0 ]}}`,
  );
});

test.run();
