import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CommandError } from "../../protocol/errors.ts";
import { parseJob } from "../../protocol/job.ts";
import { JsonError } from "../../protocol/json.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/job");

const RECEIVED_AT = Date.UTC(2030, 0, 1);

const parse = (text: string) => parseJob(Buffer.from(text), RECEIVED_AT);

/** A job that has what it must have, and more. */
const withMore = (more: string) => parse(`{"jid":"12345678","jobtype":"T","args":[],${more}}`);

/** Why a job is refused. */
const problem = (text: string) => {
  return refusal(() => parse(text)).replace("CommandError: ", "");
};
const problemWith = (more: string) => {
  return refusal(() => withMore(more)).replace("CommandError: ", "");
};

test("a job that says no more than it must gets FWP's defaults", () => {
  const { text, ...job } = parse('{"jid":"12345678","jobtype":"T","args":[]}');
  assert.equal(job, {
    jid: "12345678",
    jobtype: "T",
    queue: "default",
    retry: 25,
    reserveForSeconds: 1_800,
    priority: 5,
  });
  const expected =
    '{"jid":"12345678","jobtype":"T","args":[],"queue":"default","retry":25,"created_at":"2030-01-01T00:00:00.000Z"}';
  assert.is(text.toString(), expected);
});

test("a job that says everything is read whole", () => {
  const everything =
    '{"jid":"12345678","jobtype":"T","args":[1],"queue":"q.1-a_B","retry":3,"reserve_for":600,"priority":9,' +
    '"at":"2030-01-02T00:00:00Z","created_at":"yesterday","backtrace":10,"custom":{"a":1}}';
  const { text, ...job } = parse(everything);
  assert.equal(job, {
    jid: "12345678",
    jobtype: "T",
    queue: "q.1-a_B",
    retry: 3,
    reserveForSeconds: 600,
    priority: 9,
    at: Date.UTC(2030, 0, 2),
  });
  assert.is(text.toString(), everything);
});

test("a jid has at least 8 bytes, whatever they are", () => {
  const jids = [
    "        ",
    "éééé",
    "🙂🙂",
    "x".repeat(1_000),
    "1234567\\u0000",
    '\\"1234567',
    "\\ud83d\\ude421234567",
  ];
  for (const jid of jids) {
    assert.is(parse(`{"jid":"${jid}","jobtype":"T","args":[]}`).jid, JSON.parse(`"${jid}"`));
  }
  const refused: [jid: string, expected: string][] = [
    ["x".repeat(1_001), "jid is longer than 1000 bytes"],
    ["é".repeat(501), "jid is longer than 1000 bytes"],
    ["\\ud8001234567", "jid is not valid Unicode"],
  ];
  for (const [jid, expected] of refused) {
    assert.is(problem(`{"jid":"${jid}","jobtype":"T","args":[]}`), expected);
  }
  for (const jid of ["", "1234567", "ééé", "\\u0031234567"]) {
    const expected = "jobs must have a reasonable jid parameter";
    assert.is(problem(`{"jid":"${jid}","jobtype":"T","args":[]}`), expected);
  }
});

test("a jobtype may be anything but empty", () => {
  for (const jobtype of [" ", "é", "Mail::Job", "\\u0000"]) {
    const job = parse(`{"jid":"12345678","jobtype":"${jobtype}","args":[]}`);
    assert.is(job.jobtype, JSON.parse(`"${jobtype}"`));
  }
});

test("a jid, a jobtype and args have to be there", () => {
  const jid = "jobs must have a reasonable jid parameter";
  const jobtype = "jobs must have a jobtype parameter";
  const args = "jobs must have an args parameter";
  assertTable(
    {
      '{"jobtype":"T","args":[]}': jid,
      '{"jid":null,"jobtype":"T","args":[]}': jid,
      '{"jid":"12345678","args":[]}': jobtype,
      '{"jid":"12345678","jobtype":null,"args":[]}': jobtype,
      '{"jid":"12345678","jobtype":"","args":[]}': jobtype,
      '{"jid":"12345678","jobtype":"T"}': args,
      '{"jid":"12345678","jobtype":"T","args":null}': args,
      '{"jid":"12345678","type":"T","arg":[]}': jobtype,
    },
    problem,
  );
});

test("a reservation lasts from a minute to a day, and half an hour when nobody says", () => {
  const lengths = { "0": 1_800, "-0": 1_800, "1": 60, "59": 60, "-7": 60, "60": 60, "61": 61 };
  assertTable(
    { ...lengths, null: 1_800, "86400": 86_400, "-9223372036854775808": 60 },
    (seconds) => withMore(`"reserve_for":${seconds}`).reserveForSeconds,
  );
  for (const seconds of ["86401", "9223372036854775807"]) {
    const expected = "jobs cannot be reserved for more than one day";
    assert.is(problemWith(`"reserve_for":${seconds}`), expected);
  }
});

test("a priority is from 1 to 9, and 5 when nobody says", () => {
  assertTable(
    { null: 5, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9 },
    (priority) => withMore(`"priority":${priority}`).priority,
  );
  for (const priority of ["0", "10", "-1", "9223372036854775807"]) {
    const expected = "jobs must have a priority between 1 and 9";
    assert.is(problemWith(`"priority":${priority}`), expected);
  }
});

test("retry is any integer, and 25 when nobody says", () => {
  assertTable(
    { null: 25, "0": 0, "1": 1, "-1": -1, "-7": -7, "25": 25, "1000000": 1_000_000 },
    (retry) => withMore(`"retry":${retry}`).retry,
  );
});

test("a retry that can't be counted exactly is refused, and no other", () => {
  const expected = "jobs must have a retry between -9007199254740991 and 9007199254740991";
  for (const retry of ["9007199254740992", "9007199254740993", "-9007199254740992"]) {
    assert.is(problemWith(`"retry":${retry}`), expected);
  }
  assert.is(problemWith('"retry":9223372036854775807,"reserve_for":86401'), expected);
  for (const retry of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
    assert.is(withMore(`"retry":${retry}`).retry, retry);
  }
});

test("null takes back args, custom and a failure, and leaves strings and numbers as they were", () => {
  assert.is(problemWith('"args":[1],"args":null'), "jobs must have an args parameter");
  assert.is(withMore('"failure":{"retry_count":1},"failure":null').failure, undefined);
  const job = withMore('"queue":"q","queue":null,"retry":7,"retry":null');
  assert.equal([job.queue, job.retry], ["q", 7]);
});

test("one job's retry is not the next one's default", () => {
  assert.is(withMore('"retry":3').retry, 3);
  const { retry, text } = withMore('"x":1');
  assert.is(retry, 25);
  assert.match(text.toString(), '"retry":25');
});

test("a job may wait for its time, and one without a time may run at once", () => {
  assertTable(
    {
      '"at":"2030-01-02T01:00:00.5+01:00"': Date.UTC(2030, 0, 2) + 500,
      '"at":"1970-01-01T00:00:00Z"': 0,
      '"at":"0000-01-01T00:00:00Z"': -62_167_219_200_000,
      '"at":"2030-01-02T00:00:00\\u005a"': Date.UTC(2030, 0, 2),
      '"at":""': undefined,
      '"at":null': undefined,
      '"x":1': undefined,
    },
    (more) => withMore(more).at,
  );
  assert.not("at" in withMore('"at":""'));
});

test("a queue's name is made of letters, digits, points, dashes and underscores", () => {
  for (const queue of ["q", "0", "Mail.Low-1_x", "..", "x".repeat(1_000)]) {
    assert.is(withMore(`"queue":"${queue}"`).queue, queue);
  }
  assert.is(withMore('"queue":"\\u0071"').queue, "q");
  const rule = "queue: queue names must match \\A[a-zA-Z0-9._-]+\\z";
  for (const queue of [
    " ",
    "a b",
    "é",
    "a/b",
    "a:b",
    "q\\n",
    "\\nq",
    '\\"',
    "\\\\",
    "a\\r\\n+OK",
  ]) {
    assert.is(problemWith(`"queue":"${queue}"`), `cannot get "${queue}" ${rule}`);
  }
  const long = problemWith(`"queue":"${"x".repeat(999)} "`);
  assert.is(long, `cannot get "${"x".repeat(200)}…" ${rule}`);
});

test("a queue's name has at most 1,000 bytes, whatever they are", () => {
  for (const [letter, count] of [
    ["x", 1_001],
    ["é", 501],
    [" ", 1_000_000],
  ] as const) {
    assert.is(
      problemWith(`"queue":"${letter.repeat(count)}"`),
      `cannot get "${letter.repeat(200)}…" queue: queue names have at most 1000 bytes`,
    );
  }
});

test("what is no job at all is refused", () => {
  const wrong = (kind: string) =>
    `invalid JSON: json: cannot unmarshal ${kind} into Go value of type client.Job`;
  assertTable(
    {
      "": "invalid JSON: unexpected end of JSON input",
      '{"jid":': "invalid JSON: unexpected end of JSON input",
      NaN: "invalid JSON: invalid character 'N' looking for beginning of value",
      "{} this": "invalid JSON: invalid character 't' after top-level value",
      "[]": wrong("array"),
      '[{"jid":"12345678"}]': wrong("array"),
      '"12345678"': wrong("string"),
      "5": wrong("number"),
      true: wrong("bool"),
      null: "jobs must have a reasonable jid parameter",
      "{}": "jobs must have a reasonable jid parameter",
      ' { "jid" : null } ': "jobs must have a reasonable jid parameter",
    },
    problem,
  );
  const noUtf8 = Buffer.concat([Buffer.from('{"jid":"'), Buffer.from([0xff]), Buffer.from('"}')]);
  const expected = "CommandError: invalid JSON: invalid UTF-8";
  assert.is(
    refusal(() => parseJob(noUtf8, RECEIVED_AT)),
    expected,
  );
});

test("a member of the wrong type is refused", () => {
  const wrong = (kind: string, name: string, type: string) =>
    `invalid JSON: json: cannot unmarshal ${kind} into Go struct field Job.${name} of type ${type}`;
  const map = "map[string]interface {}";
  assertTable(
    {
      '"jid":12345678': wrong("number", "jid", "string"),
      '"jobtype":{}': wrong("object", "jobtype", "string"),
      '"args":{}': wrong("object", "args", "[]interface {}"),
      '"args":"[]"': wrong("string", "args", "[]interface {}"),
      '"queue":["q"]': wrong("array", "queue", "string"),
      '"created_at":0': wrong("number", "created_at", "string"),
      '"enqueued_at":true': wrong("bool", "enqueued_at", "string"),
      '"at":1893456000': wrong("number", "at", "string"),
      '"reserve_for":60.5': wrong("number 60.5", "reserve_for", "int"),
      '"retry":5.0': wrong("number 5.0", "retry", "int"),
      '"retry":1e1': wrong("number 1e1", "retry", "int"),
      '"retry":"5"': wrong("string", "retry", "int"),
      '"retry":true': wrong("bool", "retry", "int"),
      '"retry":9223372036854775808': wrong("number 9223372036854775808", "retry", "int"),
      '"backtrace":[]': wrong("array", "backtrace", "int"),
      '"priority":"high"': wrong("string", "priority", "int"),
      '"custom":[]': wrong("array", "custom", map),
      '"custom":"x"': wrong("string", "custom", map),
      '"failure":5': wrong("number", "failure", "client.Failure"),
      '"QUEUE":5': wrong("number", "queue", "string"),
      // Whatever the job lacks besides: types come first, and of them the first in the text.
      '"jid":"","retry":[],"queue":5': wrong("array", "retry", "int"),
    },
    problemWith,
  );
});

test("a time that is none is refused", () => {
  const refused = (at: string) => `invalid timestamp for 'at': "${at}": parsing time "${at}"`;
  const layout = '"2006-01-02T15:04:05.999999999Z07:00"';
  assertTable(
    {
      soon: `${refused("soon")} as ${layout}: cannot parse "soon" as "2006"`,
      " ": `${refused(" ")} as ${layout}: cannot parse " " as "2006"`,
      "2030-02-30T00:00:00Z": `${refused("2030-02-30T00:00:00Z")}: day out of range`,
    },
    (at) => problemWith(`"at":"${at}"`),
  );
});

test("of several faults the first one of FWP's order is told", () => {
  const faults: [bad: string, good: string, message: string | RegExp][] = [
    ['"retry":"x"', '"retry":1', /^invalid JSON: .* Job.retry of type int$/],
    [
      '"failure":{"remaining":""}',
      '"failure":{}',
      /^invalid JSON: .* Failure.failure.remaining of/,
    ],
    ['"jid":"1234567"', '"jid":"12345678"', "jobs must have a reasonable jid parameter"],
    ['"jobtype":""', '"jobtype":"T"', "jobs must have a jobtype parameter"],
    ['"args":null', '"args":[]', "jobs must have an args parameter"],
    ['"reserve_for":86401', '"reserve_for":0', "jobs cannot be reserved for more than one day"],
    ['"priority":10', '"priority":9', "jobs must have a priority between 1 and 9"],
    ['"at":"soon"', '"at":""', /^invalid timestamp for 'at'/],
    ['"queue":"a b"', '"queue":"a"', /^cannot get "a b" queue/],
  ];
  // In the opposite order, lest it be that of the text; the broken syntax comes before them all.
  const text = (mended: number) =>
    `{${faults
      .map(([bad, good], index) => (index < mended ? good : bad))
      .toReversed()
      .join()}}`;
  assert.match(
    problem(`${text(0)},`),
    /^invalid JSON: invalid character ',' after top-level value$/,
  );
  for (const [index, [, , message]] of faults.entries()) {
    assert.match(problem(text(index)), message);
  }
  assert.is(parse(text(faults.length)).jid, "12345678");
});

test("a refusal is an ERR, and keeps its cause", () => {
  try {
    parse("{");
    assert.unreachable("it was not refused");
  } catch (error) {
    assert.instance(error, CommandError);
    assert.is((error as CommandError).code, "ERR");
    assert.instance((error as CommandError).cause, JsonError);
  }
});

test("tags are read out of custom, each once, and stay where they are", () => {
  const { tags, text } = withMore('"custom":{"tags":["a","b","a"],"n":1.0}');
  assert.equal(tags, ["a", "b"]);
  assert.match(text.toString(), '"custom":{"tags":["a","b","a"],"n":1.0}');
  assert.equal(withMore('"custom":{"t\\u0061gs":["a"]}').tags, ["a"]);
  for (const none of ['{"tags":[]}', '{"tags":"a"}', '{"tags":["a",1]}', '{"Tags":["a"]}', "{}"]) {
    assert.is(withMore(`"custom":${none}`).tags, undefined, none);
  }
});

test("a job has at most 32 tags, of 1 to 255 bytes", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);
  const custom = (tags: string[]) => `"custom":${JSON.stringify({ tags })}`;
  const most = [...many(31), `${"é".repeat(127)}x`];
  assert.equal(withMore(custom([...most, "t0"])).tags, most);
  assertTable(
    {
      [custom(many(33))]: "jobs have at most 32 tags",
      [custom(["a", ""])]: "a tag must not be empty",
      [custom(["é".repeat(128)])]: "tag is longer than 255 bytes",
      [custom(["\ud800"])]: "tag is not valid Unicode",
    },
    problemWith,
  );
});

test("on whose behalf a job is pushed is read, and not kept", () => {
  const { onBehalf, text } = withMore('"On_Behalf":{"jid":"my parent","lease":7,"x":1},"mine":1.0');
  assert.equal(onBehalf, { jid: "my parent", token: 7 });
  assert.is(
    text.toString(),
    '{"jid":"12345678","jobtype":"T","args":[],"mine":1.0,"queue":"default","retry":25,"created_at":"2030-01-01T00:00:00.000Z"}',
  );
  assert.is(withMore('"on_behalf":null').onBehalf, undefined);
});

test("it has to be a job with its lease", () => {
  const wrong = 'on_behalf must be {"jid":"…","lease":…}';
  assertTable(
    {
      '"on_behalf":{}': wrong,
      '"on_behalf":{"jid":"12345678"}': wrong,
      '"on_behalf":{"jid":1,"lease":7}': wrong,
      '"on_behalf":{"jid":"12345678","lease":"7"}': wrong,
      '"on_behalf":{"jid":"12345678","lease":0}': wrong,
      '"on_behalf":{"jid":"12345678","lease":1.5}': wrong,
      '"on_behalf":{"jid":"12345678","lease":1e20}': wrong,
      '"on_behalf":"12345678"':
        "invalid JSON: json: cannot unmarshal string into Go struct field Job.on_behalf of type map[string]interface {}",
    },
    problemWith,
  );
});

test.run();
