import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeTrackSet, parseTrackSet } from "../../../protocol/commands/track-set.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/track-set");

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

const parse = (text: string) => parseTrackSet(Buffer.from(text), NOW);

const set = (members: string) => parse(`{"jid":"a1b2c3d4",${members}}`);

const bare = { jid: "a1b2c3d4" };

test("what published clients send is taken, and null is as good as nothing", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4"}': bare,
      '{"jid":"a1b2c3d4","percent":0,"desc":null}': { ...bare, percent: 0 },
      '{"jid":"a1b2c3d4","percent":12,"desc":"Half of it"}': {
        ...bare,
        percent: 12,
        desc: "Half of it",
      },
      '{"jid":"a1b2c3d4","percent":null,"desc":"x","reserve_until":null}': {
        ...bare,
        desc: "x",
      },
      '{"jid":"a1b2c3d4","percent":255,"reserve_until":"2026-01-01T00:01:00.5Z"}': {
        ...bare,
        percent: 255,
        reserveUntil: NOW + 60_500,
      },
      '  { "JID" : "a1b2c3d4" , "more" : [] } ': bare,
    },
    parse,
  );
});

test("millrace's own members are taken", () => {
  assertTable(
    {
      '"lease":7': { ...bare, token: 7 },
      '"lease":7.0': { ...bare, token: 7 },
      '"stall_after":60': { ...bare, stall: { seconds: 60, policy: "warn" } },
      '"stall_after":2592000,"on_stall":"retry"': {
        ...bare,
        stall: { seconds: 2_592_000, policy: "retry" },
      },
      '"stall_after":0': { ...bare, stall: { seconds: 0, policy: "warn" } },
      '"reserve_until":""': bare,
      '"reserve_until":"2000-01-01T00:00:00Z"': {
        ...bare,
        reserveUntil: Date.UTC(2000, 0, 1),
      },
    },
    set,
  );
});

test("a result is any JSON, byte for byte, up to 64 KiB", () => {
  const resultOf = (json: string) => set(`"result":${json}`).result?.toString();
  for (const json of ['{"a": 1.0}', "[]", '"x"', "12345678901234567890", "false"]) {
    assert.is(resultOf(json), json);
  }
  assert.is(resultOf("null"), undefined);
  const longest = `"${"x".repeat(65_534)}"`;
  assert.is(resultOf(longest), longest);
  assert.match(
    refusal(() => resultOf(`"${"x".repeat(65_535)}"`)),
    /^CommandError: invalid TRACK SET .+…: result is longer than 65536 bytes$/,
  );
});

test("what makes no sense is refused, with the reason", () => {
  const cases: Record<string, string> = {
    "{}": "missing JID",
    '{"jid":""}': "missing JID",
    [`{"jid":"${"x".repeat(1_001)}"}`]: "jid is longer than 1000 bytes",
    '{"jid":"\\ud800abcdefg"}': "jid is not valid Unicode",
    "": "invalid TRACK SET ",
    "[]": "invalid TRACK SET []",
    '{"jid":5}': 'invalid TRACK SET {"jid":5}',
    '{"jid":"a","percent":1.5}': 'invalid TRACK SET {"jid":"a","percent":1.5}',
    '{"jid":"a","percent":"1"}': 'invalid TRACK SET {"jid":"a","percent":"1"}',
    '{"jid":"a","desc":1}': 'invalid TRACK SET {"jid":"a","desc":1}',
    '{"jid":"a","reserve_until":"soon"}':
      'invalid TRACK SET {"jid":"a","reserve_until":"soon"}: parsing time "soon" as "2006-01-02T15:04:05.999999999Z07:00": cannot parse "soon" as "2006"',
    '{"jid":"a","lease":0}':
      'invalid TRACK SET {"jid":"a","lease":0}: lease must be the token of one',
    '{"jid":"a","on_stall":"warn"}':
      'invalid TRACK SET {"jid":"a","on_stall":"warn"}: on_stall needs a stall_after',
    '{"jid":"a","stall_after":-1}':
      'invalid TRACK SET {"jid":"a","stall_after":-1}: stall_after must be between 0 and 2592000',
    '{"jid":"a","stall_after":2592001}':
      'invalid TRACK SET {"jid":"a","stall_after":2592001}: stall_after must be between 0 and 2592000',
    '{"jid":"a","stall_after":5,"on_stall":"x"}':
      'invalid TRACK SET {"jid":"a","stall_after":5,"on_stall":"x"}: on_stall must be one of warn, cancel, retry',
  };
  assertTable(
    Object.fromEntries(Object.entries(cases).map(([text, why]) => [text, `CommandError: ${why}`])),
    (text) => refusal(() => parse(text)),
  );
});

test("a description has at most 64 KiB", () => {
  const desc = (bytes: number) => set(`"desc":"${"é".repeat(bytes / 2)}"`);
  assert.is(desc(65_536).desc?.length, 32_768);
  assert.match(
    refusal(() => desc(65_538)),
    "desc is longer than 65536 bytes",
  );
});

test("a job is reserved for at most a day from now", () => {
  const until = (at: number) => set(`"reserve_until":"${new Date(at).toISOString()}"`);
  assert.equal(until(NOW + DAY_MS), { ...bare, reserveUntil: NOW + DAY_MS });
  assert.is(
    refusal(() => until(NOW + DAY_MS + 1)),
    "CommandError: jobs cannot be reserved for more than one day",
  );
});

test("what a client tells is read as it was meant", () => {
  const report = {
    jid: "a1b2c3d4",
    percent: 0,
    desc: "é",
    reserveUntil: NOW + 1_000,
    token: 7,
    result: Buffer.from('{"rows": 1.0}'),
    stall: { seconds: 60, policy: "retry" },
  } as const;
  const line = encodeTrackSet(report);
  assert.is(
    line,
    'TRACK SET {"jid":"a1b2c3d4","percent":0,"desc":"é","reserve_until":"2026-01-01T00:00:01.000Z","lease":7,"stall_after":60,"on_stall":"retry","result":{"rows": 1.0}}',
  );
  assert.equal(parse(line.slice("TRACK SET ".length)), report);
  assert.is(encodeTrackSet({ jid: "a1b2c3d4" }), 'TRACK SET {"jid":"a1b2c3d4"}');
});

test.run();
