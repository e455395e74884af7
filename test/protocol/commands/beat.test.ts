import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeBeat, parseBeat } from "../../../protocol/commands/beat.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/beat");

const parse = (text: string) => parseBeat(Buffer.from(text));

const silent = { wid: "", state: "running", rssKb: 0 };

test("a worker tells its state and its memory, or nothing", () => {
  assertTable(
    {
      "{}": silent,
      null: silent,
      '{"wid":"4f1c"}': { ...silent, wid: "4f1c" },
      ' { "WID" : "4f1c" , "Rss_Kb" : 51200 , "x" : [] } ': {
        ...silent,
        wid: "4f1c",
        rssKb: 51_200,
      },
      '{"wid":null,"current_state":null,"rss_kb":null}': silent,
      '{"current_state":"quiet"}': { ...silent, state: "quiet" },
      '{"current_state":"terminate"}': { ...silent, state: "terminate" },
      '{"current_state":"running"}': silent,
      '{"current_state":""}': silent,
      '{"current_state":"Quiet"}': silent,
      '{"current_state":"stopped"}': silent,
    },
    parse,
  );
});

test("everything else is refused, and repeated", () => {
  const bad = ["", "[]", '"4f1c"', "5", "4f1c", '{"wid":"4f1c"', '{"wid":"4f1c"} x', '{"wid":5}'];
  bad.push('{"rss_kb":1.5}', '{"rss_kb":"5"}', '{"current_state":true}', '{"wid":{}}');
  for (const text of bad) {
    assert.is(
      refusal(() => parse(text)),
      `CommandError: invalid BEAT ${text}`,
    );
  }
});

test("a wid is as HELLO would take it", () => {
  for (const wid of ["x".repeat(1_000), "é".repeat(500), "\ud83d\ude42"]) {
    assert.is(parse(JSON.stringify({ wid })).wid, wid);
  }
  assertTable(
    {
      [`{"wid":"${"x".repeat(1_001)}"}`]: "CommandError: wid is longer than 1000 bytes",
      [`{"wid":"${"é".repeat(501)}"}`]: "CommandError: wid is longer than 1000 bytes",
      '{"wid":"\\ud800x"}': "CommandError: wid is not valid Unicode",
    },
    (text) => refusal(() => parse(text)),
  );
});

test("a client's BEAT is FWP's, and is read as it was meant", () => {
  const lines = {
    running: 'BEAT {"wid":"4f1c","current_state":"","rss_kb":512}',
    quiet: 'BEAT {"wid":"4f1c","current_state":"quiet","rss_kb":512}',
    terminate: 'BEAT {"wid":"4f1c","current_state":"terminate","rss_kb":512}',
  };
  for (const state of ["running", "quiet", "terminate"] as const) {
    const beat = { wid: "4f1c", state, rssKb: 512 };
    assert.is(encodeBeat(beat), lines[state]);
    assert.equal(parse(lines[state].slice("BEAT ".length)), beat);
  }
});

test.run();
