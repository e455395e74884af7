import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeCursor, encodeCursor } from "../../../broker/engine/job-cursor.ts";
import type { Section } from "../../../broker/store/store.ts";
import { refusal } from "../../protocol/refusal.ts";

const test = suite("engine/job-cursor");

test("a cursor is read as it was written, and is fit to be shown and to be sent", () => {
  const sections: Section[] = [
    { state: "dead" },
    { state: "enqueued", queue: "a.b-c_d" },
    { state: "enqueued", queue: "q", after: { score: "1125899906842627", jid: 'a "日"\n' } },
    { state: "scheduled", after: { score: "1767225600000.25", jid: "a" } },
    { group: "tag:a b" },
    { group: "tag:日", after: { score: "2", jid: "a" } },
    { state: "retries", after: { score: "-1.5e-07", jid: "" } },
  ];
  for (const section of sections) {
    const cursor = encodeCursor(section);
    assert.match(cursor, /^[\w-]+$/);
    assert.equal(decodeCursor(cursor), section);
  }
});

test("whatever else is given for one is refused", () => {
  const write = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const bad = ["", "x", "====", "null", write(null), write([]), write({}), write(["dead"])];
  bad.push(write(["dead", "", "", 5]), write(["gone", "", "", ""]), write("dead"));
  for (const score of ["x", "1 2", "inf", "nan", "(1", "1e9999", "1".repeat(99)]) {
    bad.push(write(["dead", "", score, "a"]));
  }
  for (const cursor of bad) {
    assert.is(
      refusal(() => decodeCursor(cursor)),
      "CommandError: invalid JOB LIST: the cursor is not from a JOB LIST",
      cursor,
    );
  }
});

test.run();
