import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeJobTag, parseJobTag } from "../../../protocol/commands/job-tag.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/job-tag");

const parse = (text: string) => parseJobTag(Buffer.from(text));

test("a tag is written as it is, or as a JSON string", () => {
  assertTable(
    { import: "import", "import:7": "import:7", '"a tag"': "a tag", "{t}": "{t}" },
    parse,
  );
  for (const tag of ["import", "a tag", '"', "{t}", "é\n"]) {
    assert.is(parse(encodeJobTag(tag).slice("JOB TAG ".length)), tag);
  }
});

test("what no job can have is refused", () => {
  assertTable(
    {
      "a tag":
        "CommandError: one tag is due, and a tag with a space in it is written as a JSON string; usage: JOB TAG <tag>",
      '"': 'CommandError: invalid tag ", usage: JOB TAG <tag>',
      '""': "CommandError: a tag must not be empty",
      ["t".repeat(256)]: "CommandError: tag is longer than 255 bytes",
    },
    (line) => refusal(() => parse(line)),
  );
});

test.run();
