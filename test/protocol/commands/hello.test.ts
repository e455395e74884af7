import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeHello, parseHello } from "../../../protocol/commands/hello.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/hello");

const parse = (text: string) => parseHello(Buffer.from(text));

const w = { wid: "w" };
const nobody = {
  version: 0,
  passwordHash: "",
  wid: "",
  hostname: "",
  pid: 0,
  labels: [] as string[],
  rssKb: 0,
};

const worker = {
  version: 2,
  passwordHash: "6d877f8e",
  wid: "4f1c",
  hostname: "mill-1",
  pid: 4711,
  labels: ["ruby", "blue"],
  rssKb: 51_200,
};

const workerText =
  '{"v":2,"pwdhash":"6d877f8e","wid":"4f1c","hostname":"mill-1","pid":4711,"labels":["ruby","blue"],"rss_kb":51200}';

test("a client may tell all of itself, or nothing", () => {
  assertTable(
    {
      "{}": nobody,
      '{"v":2} ': { ...nobody, version: 2 },
      [workerText]: worker,
      [workerText.toUpperCase()]: {
        ...worker,
        passwordHash: "6D877F8E",
        wid: "4F1C",
        hostname: "MILL-1",
        labels: ["RUBY", "BLUE"],
      },
      '{"v":null,"pwdhash":null,"wid":null,"hostname":null,"pid":null,"labels":null,"rss_kb":null}':
        nobody,
      '{"v":2,"ext":["other"],"lease_for":1,"username":"me","x":{"v":3}}': {
        ...nobody,
        version: 2,
      },
      '{"v":2,"wid":"w","ext":["lease","other"]}': {
        ...nobody,
        ...w,
        version: 2,
        leaseSeconds: 30,
      },
      '{"v":2,"wid":"w","ext":["lease"],"lease_for":2}': {
        ...nobody,
        ...w,
        version: 2,
        leaseSeconds: 2,
      },
      '{"v":2,"wid":"w","ext":["lease"],"lease_for":3600}': {
        ...nobody,
        ...w,
        version: 2,
        leaseSeconds: 3_600,
      },
    },
    parse,
  );
});

test("any version of a byte is taken", () => {
  assertTable(
    { "0": 0, "1": 1, "2": 2, "3": 3, "255": 255 },
    (version) => parse(`{"v":${version}}`).version,
  );
});

const field = (name: string) => `Go struct field HELLO.${name} of type`;

test("everything else is refused with its reason", () => {
  assertTable(
    {
      "": "unexpected end of JSON input",
      "{": "unexpected end of JSON input",
      "{bad}": "invalid character 'b' looking for beginning of object key string",
      '{"v":2}xyz': "invalid character 'x' after top-level value",
      null: "must be an object, not null",
      "[]": "must be an object, not array",
      "2": "must be an object, not number",
      '{"v":256}': "v must be between 0 and 255",
      '{"v":-1}': "v must be between 0 and 255",
      '{"v":"2"}': `json: cannot unmarshal string into ${field("v")} int`,
      '{"v":2.5}': `json: cannot unmarshal number 2.5 into ${field("v")} int`,
      '{"pwdhash":1}': `json: cannot unmarshal number into ${field("pwdhash")} string`,
      '{"wid":5}': `json: cannot unmarshal number into ${field("wid")} string`,
      '{"hostname":[]}': `json: cannot unmarshal array into ${field("hostname")} string`,
      '{"pid":"x"}': `json: cannot unmarshal string into ${field("pid")} int`,
      '{"labels":"x"}': `json: cannot unmarshal string into ${field("labels")} []string`,
      '{"labels":[1]}': `json: cannot unmarshal number into ${field("labels")} string`,
      '{"rss_kb":1.5}': `json: cannot unmarshal number 1.5 into ${field("rss_kb")} int`,
      '{"ext":"lease"}': `json: cannot unmarshal string into ${field("ext")} []string`,
      '{"ext":["lease"]}': "who asks for leases needs a wid",
      '{"wid":"w","ext":["lease"],"lease_for":1}': "lease_for must be between 2 and 3600",
      '{"wid":"w","ext":["lease"],"lease_for":3601}': "lease_for must be between 2 and 3600",
      '{"ext":["lease"],"lease_for":2.5}': `json: cannot unmarshal number 2.5 into ${field("lease_for")} int`,
      '{"username":{}}': `json: cannot unmarshal object into ${field("username")} string`,
    },
    (text) => refusal(() => parse(text)).replace("CommandError: invalid HELLO: ", ""),
  );
});

test("a wid has up to 1,000 bytes, and is valid Unicode", () => {
  for (const wid of ["x", "x".repeat(1_000), "é".repeat(500), "\ud83d\ude42"]) {
    assert.is(parse(JSON.stringify({ wid })).wid, wid);
  }
  assertTable(
    {
      [`{"wid":"${"x".repeat(1_001)}"}`]: "CommandError: wid is longer than 1000 bytes",
      [`{"wid":"${"é".repeat(501)}"}`]: "CommandError: wid is longer than 1000 bytes",
      '{"wid":"\\ud800x"}': "CommandError: wid is not valid Unicode",
      '{"wid":"\\ude42\\ud83d"}': "CommandError: wid is not valid Unicode",
    },
    (text) => refusal(() => parse(text)),
  );
});

test("a client's HELLO is FWP's, and is read as it was meant", () => {
  assert.is(encodeHello(worker), `HELLO ${workerText}`);
  assert.equal(parse(workerText), worker);
});

test("what a client does not say of itself is left out", () => {
  assert.is(encodeHello({}), "HELLO {}");
  assert.is(encodeHello({ version: 2 }), 'HELLO {"v":2}');
});

test.run();
