import { suite } from "uvu";
import * as assert from "uvu/assert";
import { jobTexts, parsePushb, RefusedJobs } from "../../../protocol/commands/pushb.ts";

const test = suite("protocol/commands/pushb");

/** What is told of the refused jobs: jid, place and reason of each. */
function encode(...refused: [jid: string, index: number, reason: string][]): string {
  const jobs = new RefusedJobs();
  for (const [jid, index, reason] of refused) jobs.add(jid, index, reason);
  return jobs.encode().toString();
}

test("each job's text is what the client sent, byte for byte", () => {
  const array = parsePushb(Buffer.from('[ {"a": 1.0} , {"b":["é"]}]'));
  assert.equal([...jobTexts(array)].map(String), ['{"a": 1.0}', '{"b":["é"]}']);
});

test("nothing refused is an empty object", () => {
  assert.is(encode(), "{}");
});

test("each refused job has its reason", () => {
  const reply = encode(["b", 0, 'no "jobtype"\r\n'], ["__proto__", 1, "é"]);
  assert.is(reply, '{"b":"no \\"jobtype\\"\\r\\n","__proto__":"é"}');
});

test("jobs with the same jid are told from each other by their place", () => {
  assert.is(encode(["a", 0, "1"], ["a", 3, "2"]), '{"a":"1","a [3]":"2"}');
});

test("even where the jid of another looks like that", () => {
  const reply = encode(["a [3]", 0, "1"], ["a", 1, "2"], ["a", 3, "3"], ["a [3]", 4, "4"]);
  assert.equal(JSON.parse(reply), { "a [3]": "1", a: "2", "a [3] [3]": "3", "a [3] [4]": "4" });
});

test("a hundred thousand are as whole as one", () => {
  const refused = Array.from({ length: 100_000 }, (_, index): [string, number, string] => [
    "",
    index,
    "why",
  ]);
  const reply = JSON.parse(encode(...refused)) as Record<string, string>;
  assert.is(Object.keys(reply).length, 100_000);
  assert.is(reply[" [99999]"], "why");
});

test.run();
