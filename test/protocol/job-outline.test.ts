import { suite } from "uvu";
import { readOutline } from "../../protocol/job-outline.ts";
import { assertTable } from "./table.ts";

const test = suite("protocol/job-outline");

const outline = (text: string) => readOutline(Buffer.from(text));

const plain = { jobtype: "", tags: undefined, createdAt: undefined };

test("a job's text tells its type and when it was made", () => {
  assertTable(
    {
      '{"jobtype":"T","created_at":"whenever"}': { ...plain, jobtype: "T", createdAt: "whenever" },
      '{"JobType":"\\u0054","args":[{"jobtype":"U"}]}': { ...plain, jobtype: "T" },
    },
    outline,
  );
});

test("an array of strings is a job's tags, and nothing else", () => {
  assertTable(
    {
      '{"custom":{"tags":["a","\\u0062"],"n":1.0}}': { ...plain, tags: ["a", "b"] },
      '{"custom":{"tags":["a"],"tags":["b"]}}': { ...plain, tags: ["b"] },
      '{"custom":{"tags":[]}}': plain,
      '{"custom":{"tags":["a",1]}}': plain,
      '{"custom":{"tags":"a"}}': plain,
      '{"custom":{"Tags":["a"]}}': plain,
      '{"custom":{}}': plain,
      '{"custom":null}': plain,
      '{"tags":["a"]}': plain,
    },
    outline,
  );
});

test.run();
