import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseCallback } from "../../protocol/callback-job.ts";
import { refusal } from "./refusal.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/callback-job");

const BELONGINGS = { kind: "success", bid: "b-1", parent: undefined, jid: "own-jid-1" } as const;

const NOW = Date.UTC(2026, 0, 1);

const textOf = (text: string, more: object = {}) =>
  parseCallback(Buffer.from(text), { ...BELONGINGS, ...more }, NOW).text.toString();

const DEFAULTS = '"queue":"default","retry":25,"created_at":"2026-01-01T00:00:00.000Z"';

test("what may be left out is added, and whose callback it is; the rest stays byte by byte", () => {
  assertTable(
    {
      '{"jobtype":"A"}': `{"jobtype":"A","jid":"own-jid-1","args":[],"custom":{"_bid":"b-1","_cb":"success"},${DEFAULTS}}`,
      '{ "jid":"chosen-1" ,"jobtype":"A","args":[1.0],"custom":{ } }': `{ "jid":"chosen-1" ,"jobtype":"A","args":[1.0],"custom":{ "_bid":"b-1","_cb":"success"} ,${DEFAULTS}}`,
      '{"jobtype":"A","args":[],"jid":"","custom":{"n":1.0}}': `{"jobtype":"A","args":[],"custom":{"n":1.0,"_bid":"b-1","_cb":"success"},"jid":"own-jid-1",${DEFAULTS}}`,
      '{"jobtype":"A","args":null,"custom":null}': `{"jobtype":"A","jid":"own-jid-1","args":[],"custom":{"_bid":"b-1","_cb":"success"},${DEFAULTS}}`,
    },
    (text) => textOf(text),
  );
});

test("in a batch in another it is told of that one; and its own jid may be asked for", () => {
  const parented = textOf('{"jobtype":"A","args":[]}', { kind: "complete", parent: "b-0" });
  assert.match(parented, '"custom":{"_bid":"b-1","_cb":"complete","_pbid":"b-0"}');
  const { jid } = parseCallback(
    Buffer.from('{"jid":"chosen-1","jobtype":"A"}'),
    { ...BELONGINGS, isOwnJid: true },
    NOW,
  );
  assert.is(jid, "own-jid-1");
});

test("what PUSH would refuse is refused, with the name of the callback", () => {
  assertTable(
    {
      '{"args":[]}': "CommandError: success callback: jobs must have a jobtype parameter",
      '{"jobtype":"A","jid":"x"}':
        "CommandError: success callback: jobs must have a reasonable jid parameter",
      '{"jobtype":7}':
        "CommandError: success callback: invalid JSON: json: cannot unmarshal number into Go struct field Job.jobtype of type string",
    },
    (text) => refusal(() => textOf(text)),
  );
});

test.run();
