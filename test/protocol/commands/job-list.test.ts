import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  encodeJobList,
  encodeListedJobs,
  parseJobList,
} from "../../../protocol/commands/job-list.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/job-list");

const parse = (text: string) => parseJobList(Buffer.from(text));

test("each member narrows the list, and none is needed", () => {
  assertTable(
    {
      "": { count: 100 },
      "{}": { count: 100 },
      ' {"state":"done"} ': { count: 100, state: "done" },
      '{"State":"enqueued","QUEUE":"q","jobtype":"","tag":"\\u0061 b","count":1000,"cursor":"x"}': {
        count: 1_000,
        state: "enqueued",
        queue: "q",
        jobtype: "",
        tag: "a b",
        cursor: "x",
      },
      '{"state":null,"queue":null,"count":null}': { count: 100 },
    },
    parse,
  );
});

test("what is no filter, or is misspelt, is refused, and says why", () => {
  const invalid = (why: string) => `CommandError: invalid JOB LIST: ${why}`;
  const states = "enqueued, scheduled, retries, working, dead, done, cancelled";
  assertTable(
    {
      "[]": invalid("must be an object, not array"),
      null: invalid("must be an object, not null"),
      "{": invalid("unexpected end of JSON input"),
      dead: invalid("invalid character 'd' looking for beginning of value"),
      '{"state":"dead","type":"T"}': invalid('there is no filter "type"'),
      '{"jid":null}': invalid('there is no filter "jid"'),
      '{"state":"Dead"}': invalid(`there is no state "Dead", but ${states}`),
      '{"state":""}': invalid(`there is no state "", but ${states}`),
      '{"state":1}': invalid(
        "json: cannot unmarshal number into Go struct field JobList.state of type string",
      ),
      '{"count":0}': invalid("count must be from 1 to 1000"),
      '{"count":1001}': invalid("count must be from 1 to 1000"),
      '{"count":1.5}': invalid(
        "json: cannot unmarshal number 1.5 into Go struct field JobList.count of type int",
      ),
      '{"tag":""}': "CommandError: a tag must not be empty",
      [`{"tag":"${"t".repeat(256)}"}`]: "CommandError: tag is longer than 255 bytes",
      '{"queue":"a:b"}':
        'CommandError: cannot get "a:b" queue: queue names must match \\A[a-zA-Z0-9._-]+\\z',
    },
    (text) => refusal(() => parse(text)),
  );
});

test("a client's filter is what the broker reads", () => {
  const filter = { state: "dead", jobtype: "T", tag: 'a"', count: 5, cursor: "abc" } as const;
  assert.equal(parse(encodeJobList(filter).slice("JOB LIST ".length)), filter);
  assert.is(encodeJobList(), "JOB LIST {}");
});

test("a page is JSON, and has a cursor while there is more", () => {
  const bare = { tags: undefined, dueAt: undefined, enqueuedAt: undefined };
  const job = { ...bare, jid: "a", state: "dead", queue: "q", jobtype: "T", attempt: 1 } as const;
  const told = '"jid":"a","state":"dead","queue":"q","jobtype":"T"';
  assert.is(encodeListedJobs([job]), `{"jobs":[{${told},"attempt":1}]}`);
  assert.is(
    encodeListedJobs([{ ...job, tags: ["t"], dueAt: 0, enqueuedAt: 1 }], "next"),
    `{"jobs":[{${told},"tags":["t"],"attempt":1,"at":"1970-01-01T00:00:00.000Z",` +
      '"enqueued_at":"1970-01-01T00:00:00.001Z"}],"cursor":"next"}',
  );
  const unreadable = { jid: "a", state: "dead", unreadable: "job a is damaged" } as const;
  assert.is(
    encodeListedJobs([unreadable]),
    '{"jobs":[{"jid":"a","state":"dead","unreadable":"job a is damaged"}]}',
  );
});

test.run();
