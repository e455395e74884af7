import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseAck } from "../../protocol/commands/ack.ts";
import { parseBeat } from "../../protocol/commands/beat.ts";
import { parseFail } from "../../protocol/commands/fail.ts";
import { refusal } from "./refusal.ts";

const test = suite("protocol/token");

/** How each verb reads a lease that is written so. */
const verbs: Record<string, (lease: string) => unknown> = {
  ACK: (lease) => parseAck(Buffer.from(`{"jid":"a","lease":${lease}}`)).token,
  FAIL: (lease) => parseFail(Buffer.from(`{"jid":"a","lease":${lease}}`)).token,
  BEAT: (lease) =>
    parseBeat(Buffer.from(`{"wid":"w","jobs":[{"jid":"a","lease":${lease}}]}`)).jobs?.[0]?.token,
};

for (const [verb, read] of Object.entries(verbs)) {
  test(`${verb} takes a token that is exact, and no other`, () => {
    assert.is(read("1"), 1);
    assert.is(read("9007199254740991"), 9_007_199_254_740_991);
    for (const lease of [
      "0",
      "-0",
      "-1",
      "1.5",
      "9007199254740992",
      "9223372036854775807",
      '"7"',
    ]) {
      const said = refusal(() => read(lease));
      assert.match(said, verb === "FAIL" && lease === '"7"' ? "invalid" : `invalid ${verb}`, lease);
    }
  });
}

test.run();
