import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  encodeTrackedJob,
  encodeTrackGet,
  parseTrackGet,
} from "../../../protocol/commands/track-get.ts";
import { refusal } from "../refusal.ts";

const test = suite("protocol/commands/track-get");

const NOW = Date.UTC(2026, 0, 1);

const parse = (text: string) => parseTrackGet(Buffer.from(text));

test("a jid is taken as it is, or as a JSON string", () => {
  for (const jid of ["a1b2c3d4", "é", "a job of mine", '"quoted"', "a\nb"]) {
    assert.is(parse(encodeTrackGet(jid).slice("TRACK GET ".length)), jid);
  }
  assert.is(encodeTrackGet("a1b2c3d4"), "TRACK GET a1b2c3d4");
});

test("what is no jid is refused", () => {
  assert.match(
    refusal(() => parse("a b")),
    /one jid is due/,
  );
  assert.match(
    refusal(() => parse("x".repeat(1_001))),
    /jid is longer than 1000 bytes/,
  );
});

test("what is known of a job is told as FWP has it, and more behind it", () => {
  assert.is(
    encodeTrackedJob({ jid: "a", state: "unknown" }),
    '{"jid":"a","state":"unknown","updated_at":""}',
  );
  assert.is(
    encodeTrackedJob({
      jid: "a",
      percent: 0,
      desc: "",
      state: "working",
      updatedAt: NOW,
      seq: 5,
      result: Buffer.from("1.0"),
      stalledAt: NOW + 1,
    }),
    '{"jid":"a","percent":0,"desc":"","state":"working","updated_at":"2026-01-01T00:00:00.000Z","seq":5,"stalled_at":"2026-01-01T00:00:00.001Z","result":1.0}',
  );
});

test.run();
