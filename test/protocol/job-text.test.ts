import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFetchedJob, parseJob } from "../../protocol/job.ts";
import { scanJson } from "../../protocol/json.ts";
import { jsonText, space, string } from "./json-text.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/job, its text");

const RECEIVED_AT = Date.UTC(2030, 0, 1);
const ENQUEUED_AT = Date.UTC(2030, 0, 2);

const complete = (text: string) => parseJob(Buffer.from(text), RECEIVED_AT).text.toString();

const NEEDED = '"jid":"12345678","jobtype":"T","args":[]';
const DEFAULTS = '"queue":"default","retry":25,"created_at":"2030-01-01T00:00:00.000Z"';
/** What the defaults would be added for. */
const GIVEN = '"queue":"q","retry":0,"created_at":"x"';

const values: Record<string, string> = {
  "a decimal": "1.0",
  "a negative zero": "-0",
  "a number beyond float64": "1e400",
  "an exponent": "[1E5,1e+21,10e-2]",
  "64-bit integers and more": "[9007199254740993,12345678901234567890]",
  "keys in their order": '{"z":1,"a":2,"10":3,"9":4}',
  "keys that repeat": '{"a":1,"a":2,"__proto__":3,"__proto__":4}',
  "white space": ' [ 1 ,\t{ "a" :\r\n 1 } ] ',
  escapes: '"\\u00e9\\/\\u003C\\b\\u2028"',
  "what others escape": '"é<>&\u2028\u2029\u007f"',
  "lone surrogates": '["\\ud800","\\udc00\\ud800"]',
  "FWP's own names": '{"jid":null,"enqueued_at":"","FAILURE":{},"queue":""}',
  "a string of a mebibyte": `"${"é🙂\\n ".repeat(2 ** 17)}"`,
};

for (const [what, value] of Object.entries(values)) {
  test(`${what} in args, in custom and in an unknown member comes back byte by byte`, () => {
    const members = `"args":[${value}],"custom":{"a":${value}},"x":${value}`;
    const text = `{"jid":"12345678","jobtype":"T",${members},${GIVEN}}`;
    assert.ok(complete(text) === text);
    // And beside members that have to go or to be added.
    const odd = `{"jid":"12345678","TYPE":"T","jobtype":"T","at":null,${members}}`;
    const trimmed = value.trim();
    const kept = `"args":[${value}],"custom":{"a":${value}},"x":${trimmed}`;
    const expected = `{"jid":"12345678","TYPE":"T","jobtype":"T",${kept},${DEFAULTS}}`;
    assert.ok(complete(odd) === expected);
  });
}

test("a complete job is not touched at all, but for the white space around it", () => {
  const text = `{ "y" : 1 , ${NEEDED}\t,${GIVEN} ,"priority": 9,"reserve_for":0 , "custom":{ }}`;
  assert.is(complete(text), text);
  assert.is(complete(` \t\r\n${text} \r\n`), text);
});

test("the defaults that are missing are added at the end", () => {
  assertTable(
    {
      [`{${NEEDED}}`]: `{${NEEDED},${DEFAULTS}}`,
      [`{ ${NEEDED} }`]: `{ ${NEEDED} ,${DEFAULTS}}`,
      [`{"queue":"q",${NEEDED},"created_at":"x"}`]: `{"queue":"q",${NEEDED},"created_at":"x","retry":25}`,
      [`{${NEEDED},"retry":0}`]: `{${NEEDED},"retry":0,"queue":"default","created_at":"2030-01-01T00:00:00.000Z"}`,
      [`{${NEEDED},"retry":-1,"queue":"q"}`]: `{${NEEDED},"retry":-1,"queue":"q","created_at":"2030-01-01T00:00:00.000Z"}`,
    },
    complete,
  );
});

/** A job as it is completed, from `more` members, with what there is instead of them. */
const completed = (more: string) => {
  const text = complete(`{"a":0,${more},${NEEDED},"z":0}`);
  const [start, end] = ['{"a":0', `,${NEEDED},"z":0`];
  assert.ok(text.startsWith(start) && text.includes(end), text);
  const tail = text.slice(text.indexOf(end) + end.length, -1);
  return (
    text.slice(start.length, text.indexOf(end)) + (tail === `,${DEFAULTS}` ? "" : ` | ${tail}`)
  );
};

test("what the server owns, and what counts as absent, is taken out", () => {
  assertTable(
    {
      '"enqueued_at":"2030-01-01T00:00:00Z"': "",
      '"failure":{"retry_count":3}': "",
      '"Failure":{},"enqueued_AT":"x","failure":{}': "",
      '"queue":"","created_at":"","at":""': "",
      '"queue":null,"retry":null,"created_at":null,"at":null': "",
      '"priority":null,"reserve_for":null,"backtrace":null,"custom":null': "",
      '"enqueued_at":null,"failure":null': "",
      '"x":1,"at":null,"y":""': ',"x":1,"y":""',
      // Neither absent nor the server's.
      '"x":null': ',"x":null',
      '"custom":{}': ',"custom":{}',
      '"at":"2030-01-01T00:00:00Z"': ',"at":"2030-01-01T00:00:00Z"',
      '"reserve_for":0,"backtrace":0': ',"reserve_for":0,"backtrace":0',
    },
    completed,
  );
});

test("FWP's members get FWP's names, and others keep theirs", () => {
  assertTable(
    {
      '"PRIORITY":1': ',"priority":1',
      '"Reserve_For":0': ',"reserve_for":0',
      '"\\u0061t":"2030-01-01T00:00:00Z"': ',"at":"2030-01-01T00:00:00Z"',
      '"\\u0042acktrace" : 5': ',"backtrace":5',
      '"CUSTOM":{"JID":1}': ',"custom":{"JID":1}',
      '"X":1,"\\u0078":2,"\\n\\"":3,"Priority":4': ',"X":1,"\\u0078":2,"\\n\\"":3,"priority":4',
      '"__proto__":{"queue":"x"},"constructor":1,"at":null':
        ',"__proto__":{"queue":"x"},"constructor":1',
    },
    completed,
  );
});

test("of FWP's members with one name the last stays, of others all", () => {
  assertTable(
    {
      '"priority":1,"priority":2': ',"priority":2',
      '"priority":1,"x":0,"PRIORITY":2': ',"x":0,"priority":2',
      '"custom":{"a":1},"custom":{}': ',"custom":{}',
      '"priority":1,"priority":null': ',"priority":1',
      '"custom":{"a":1},"custom":null': "",
      '"custom":{"a":1},"CUSTOM":null,"custom":{"b":2}': ',"custom":{"b":2}',
      '"x":1,"x":2,"X":3,"at":null,"x":1': ',"x":1,"x":2,"X":3,"x":1',
      '"at":"2030-01-01T00:00:00Z","at":""': "",
      '"at":"","at":"2030-01-01T00:00:00Z"': ',"at":"2030-01-01T00:00:00Z"',
    },
    completed,
  );
});

test("what the text says is what the broker goes by, whichever of two members that is", () => {
  for (const [first, second] of ['"x" ""', '"" "x"', '"x" null', 'null "x"', '"x" "y"'].map(
    (pair) => pair.split(" "),
  )) {
    const text = `{${NEEDED},"queue":${first},"queue":${second}}`;
    const job = parseJob(Buffer.from(text), RECEIVED_AT);
    assert.is((JSON.parse(job.text.toString()) as { queue: string }).queue, job.queue, text);
  }
});

test("FETCH adds when the job was enqueued, and how it failed", () => {
  const text = Buffer.from(`{ ${NEEDED} }`);
  const failure = {
    retryCount: 0,
    remaining: 25,
    errtype: "E",
    message: 'é"',
    failedAt: RECEIVED_AT,
  };
  const enqueued = '"enqueued_at":"2030-01-02T00:00:00.000Z"';
  const failed =
    '"failure":{"failed_at":"2030-01-01T00:00:00.000Z","message":"é\\"","errtype":"E","retry_count":0,"remaining":25}';
  const rows: [enqueuedAt: number | undefined, given: typeof failure | undefined, added: string][] =
    [
      [undefined, undefined, ""],
      [ENQUEUED_AT, undefined, `,${enqueued}`],
      [undefined, failure, `,${failed}`],
      [ENQUEUED_AT, failure, `,${enqueued},${failed}`],
    ];
  for (const [enqueuedAt, given, added] of rows) {
    const fetched = encodeFetchedJob({ text, enqueuedAt, failure: given });
    assert.is(fetched.toString(), `{ ${NEEDED} ${added}}`);
  }
  assert.is(text.toString(), `{ ${NEEDED} }`);
});

const NAMES =
  "jid jobtype args queue retry reserve_for priority at created_at enqueued_at backtrace custom failure".split(
    " ",
  );
/** Those whose value the broker has no business with. */
const isForeign = (name: string) => ["args", "custom"].includes(name) || !NAMES.includes(name);

/** A member as a client may write it, its name in any case. */
const member = (name: string, value: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.boolean(), space, space, value)
    .map(
      ([upper, before, after, text]) =>
        `${before}"${upper ? name.toUpperCase() : name}"${after}:${text}`,
    );

const time = fc.constantFrom(
  '""',
  "null",
  '"2030-01-01T00:00:00Z"',
  '"2030-01-01T00:00:00.5+01:00"',
);
const optional = fc.subarray([
  member("queue", fc.constantFrom('"q"', '"\\u0071"', '""', "null")),
  member("retry", fc.constantFrom("0", "-1", "25", "null")),
  member("reserve_for", fc.constantFrom("0", "60", "86400", "null")),
  member("priority", fc.constantFrom("1", "9", "null")),
  member("at", time),
  member("created_at", time),
  member("enqueued_at", time),
  member("backtrace", fc.constantFrom("0", "10")),
  member("custom", jsonText.object),
  member("failure", fc.constantFrom("{}", "null", '{"retry_count":1,"backtrace":["a"]}')),
]);
const unknown = fc
  .tuple(
    string.filter((name) => !NAMES.includes(String(JSON.parse(name)).toLowerCase())),
    jsonText.value,
  )
  .map(([name, value]) => `${name}:${value}`);

const job = fc
  .tuple(optional, fc.array(unknown, { maxLength: 4 }))
  .chain(([some, others]) => {
    const needed = [
      member(
        "jid",
        string
          .map((text) => `"12345678${text.slice(1)}`)
          .filter((text) => String(JSON.parse(text)).isWellFormed()),
      ),
      member(
        "jobtype",
        string.filter((text) => text !== '""'),
      ),
      member("args", jsonText.array),
    ];
    const members = fc.tuple(...needed, ...some).map((texts) => [...texts, ...others]);
    return members.chain((texts) => fc.shuffledSubarray(texts, { minLength: texts.length }));
  })
  .map((texts) => `{${texts.join(",")}}`);

/** The members of a job whose value is the client's: name and value as they are written. */
function foreignMembers(text: Buffer): string[] {
  return scanJson(text).members.flatMap(({ name, rawName, start, end }) => {
    const known = NAMES.find((other) => other === name.toLowerCase()) ?? rawName;
    return isForeign(known) ? `${known}:${text.toString("utf8", start, end)}` : [];
  });
}

test("whatever a client pushes, its args, custom and unknown members are fetched byte by byte", () => {
  const failure = { retryCount: 1, remaining: 2, errtype: "E", message: "oh" };
  const property = fc.property(job, (pushed) => {
    const { text, jid, jobtype, queue, retry } = parseJob(Buffer.from(pushed), RECEIVED_AT);
    const fetched = encodeFetchedJob({ text, enqueuedAt: ENQUEUED_AT, failure });
    assert.equal(foreignMembers(fetched), foreignMembers(Buffer.from(pushed)));

    const own = scanJson(fetched).members.filter(({ name }) => NAMES.includes(name));
    assert.is(new Set(own.map(({ name }) => name)).size, own.length, "a name of FWP's repeats");
    const parsed = JSON.parse(fetched.toString()) as Record<string, unknown>;
    assert.equal(
      [parsed["jid"], parsed["jobtype"], parsed["queue"], parsed["retry"]],
      [jid, jobtype, queue, retry],
    );
    assert.is(parsed["enqueued_at"], "2030-01-02T00:00:00.000Z");
    assert.equal(parsed["failure"], {
      failed_at: "",
      message: "oh",
      errtype: "E",
      retry_count: 1,
      remaining: 2,
    });
  });
  fc.assert(property, { numRuns: 500 });
});

test.run();
