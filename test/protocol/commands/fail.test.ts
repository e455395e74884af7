import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeFail, parseFail } from "../../../protocol/commands/fail.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/fail");

const parse = (text: string) => parseFail(Buffer.from(text));

const bare = { jid: "a1b2c3d4", errtype: "unknown", message: "unknown", backtrace: [] };

test("a report is taken whole, and what it lacks is unknown", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4"}': bare,
      '{"jid":"a1b2c3d4","errtype":"","message":" \\n","backtrace":[]}': bare,
      '{"jid":"a1b2c3d4","errtype":null,"message":null,"backtrace":null}': bare,
      ' { "JID" : "a1b2c3d4" , "MESSAGE" : "oh" , "other" : {} } ': { ...bare, message: "oh" },
      '{"jid":"a1b2c3d4","errtype":" Timeout\\t","message":"\\r\\n too  late ","backtrace":[" a ",""]}':
        { jid: "a1b2c3d4", errtype: "Timeout", message: "too  late", backtrace: [" a ", ""] },
    },
    parse,
  );
});

test("a job that was interrupted is told from one that failed", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4","interrupted":true}': { ...bare, isInterrupted: true },
      '{"jid":"a1b2c3d4","Interrupted":true}': { ...bare, isInterrupted: true },
      '{"jid":"a1b2c3d4","interrupted":false}': bare,
      '{"jid":"a1b2c3d4","interrupted":null}': bare,
    },
    parse,
  );
  const interrupted = { ...bare, isInterrupted: true };
  assert.equal(parse(encodeFail(interrupted).slice("FAIL ".length)), interrupted);
});

test("a report may say when to try again", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4","retry_at":"2030-01-01T01:00:00.5+01:00"}': {
        ...bare,
        retryAt: Date.UTC(2030, 0, 1, 0, 0, 0, 500),
      },
      '{"jid":"a1b2c3d4","retry_at":""}': bare,
      '{"jid":"a1b2c3d4","retry_at":null}': bare,
    },
    parse,
  );
  const told = { ...bare, retryAt: 1_900_000_000_123 };
  assert.equal(parse(encodeFail(told).slice("FAIL ".length)), told);
});

test("a job that is snoozed is told from one that failed", () => {
  assertTable(
    {
      '{"jid":"a1b2c3d4","snooze":0}': { ...bare, snoozeSeconds: 0 },
      '{"jid":"a1b2c3d4","snooze":1.5e1,"errtype":"E"}': {
        ...bare,
        errtype: "E",
        snoozeSeconds: 15,
      },
      '{"jid":"a1b2c3d4","snooze":315360000,"lease":7}': {
        ...bare,
        token: 7,
        snoozeSeconds: 315_360_000,
      },
      '{"jid":"a1b2c3d4","snooze":1,"interrupted":false,"retry_at":""}': {
        ...bare,
        snoozeSeconds: 1,
      },
      '{"jid":"a1b2c3d4","snooze":null,"interrupted":true}': { ...bare, isInterrupted: true },
    },
    parse,
  );
  const snoozed = { ...bare, snoozeSeconds: 0.25 };
  assert.equal(parse(encodeFail(snoozed).slice("FAIL ".length)), snoozed);
});

test("a job can't be snoozed for any time, nor be something else as well", () => {
  const bounds = "snooze must be from 0 to 315360000 seconds";
  for (const [members, why] of [
    ['"snooze":-0.1', bounds],
    ['"snooze":315360000.1', bounds],
    ['"snooze":1e400', bounds],
    ['"snooze":1,"interrupted":true', "it is either interrupted or snoozed"],
    ['"snooze":1,"retry_at":"2030-01-01T00:00:00Z"', "a job that is snoozed has no retry_at"],
  ] as const) {
    const text = `{"jid":"a",${members}}`;
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid FAIL ${text}: ${why}`,
    );
  }
});

test("a report without a jid is refused", () => {
  for (const text of ["{}", "null", '{"jid":""}', '{"jid":null}', '{"message":"oh"}']) {
    assert.is(
      refusal(() => parse(text)),
      "CommandError: missing JID",
    );
  }
});

test("what is no report is refused, and repeated", () => {
  const bad = ["", "[]", '"a1b2c3d4"', "5", "true", "a1b2c3d4", '{"jid":"a"', '{"jid":"a"} x'];
  bad.push('{"jid":5}', '{"jid":"a","message":1}', '{"jid":"a","errtype":{}}');
  bad.push('{"jid":"a","retry_at":5}', '{"jid":"a","retry_at":"tomorrow"}');
  bad.push('{"jid":"a","snooze":"1"}', '{"jid":"a","snooze":true}');
  bad.push('{"jid":"a","interrupted":1}', '{"jid":"a","interrupted":"true"}');
  bad.push('{"jid":"a","backtrace":"b"}', '{"jid":"a","backtrace":[1]}', '{"jid":"","message":1}');
  for (const text of bad) {
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid FAIL ${text}`,
    );
  }
  const long = refusal(() => parse("x".repeat(5_000)));
  assert.is(long, `CommandError: invalid FAIL ${"x".repeat(200)}…`);
});

const report = (members: object) => parse(JSON.stringify({ jid: "a1b2c3d4", ...members }));

test("errtype is cut at 100 bytes and message at 1,000, before half a character", () => {
  const limits = { errtype: 100, message: 1_000 } as const;
  for (const name of ["errtype", "message"] as const) {
    const x = (count: number) => "x".repeat(count);
    const max = limits[name];
    assertTable(
      {
        [x(max)]: x(max),
        [x(max + 1)]: x(max),
        [` ${x(max)} `]: x(max),
        [`${x(max - 2)}é`]: `${x(max - 2)}é`,
        [`${x(max - 1)}é`]: x(max - 1),
        [`${x(max - 4)}🙂`]: `${x(max - 4)}🙂`,
        [`${x(max - 3)}🙂`]: x(max - 3),
        [`${x(max - 2)}🙂`]: x(max - 2),
        [`${x(max - 1)}🙂y`]: x(max - 1),
        ["é".repeat(max)]: "é".repeat(max / 2),
      },
      (text) => report({ [name]: text })[name],
    );
  }
});

test("of a backtrace the first 50 lines are kept, each as it is", () => {
  const lines = Array.from({ length: 51 }, (_, index) => `${index} ${"x".repeat(2_000)}`);
  assert.equal(report({ backtrace: lines }).backtrace, lines.slice(0, 50));
  assert.equal(report({ backtrace: lines.slice(0, 50) }).backtrace, lines.slice(0, 50));
});

test("a client's FAIL is FWP's, and is read as it was meant", () => {
  const fail = { jid: "a1b2c3d4", errtype: "E", message: 'oh "no"', backtrace: ["a", "b"] };
  const line = encodeFail(fail);
  assert.is(
    line,
    'FAIL {"jid":"a1b2c3d4","errtype":"E","message":"oh \\"no\\"","backtrace":["a","b"]}',
  );
  assert.equal(parse(line.slice("FAIL ".length)), fail);
});

test("what is final is not tried again, and nothing else beside it", () => {
  assert.equal(parse('{"jid":"a1b2c3d4","final":true,"lease":7}'), {
    ...bare,
    isFinal: true,
    token: 7,
  });
  for (const other of ['"interrupted":true', '"snooze":1', '"retry_at":"2030-01-01T00:00:00Z"']) {
    const text = `{"jid":"a","final":true,${other}}`;
    const why = "what is final is not run again";
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid FAIL ${text}: ${why}`,
    );
  }
});

test.run();
