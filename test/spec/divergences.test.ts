import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listTranscripts } from "../../spec/replay.ts";
import { parseTranscript } from "../../spec/transcript.ts";

const test = suite("spec/divergences.md");

const document = await readFile(new URL("../../spec/divergences.md", import.meta.url), "utf8");

const names = { all: new Set<string>(), differing: new Set<string>() };
for (const file of await listTranscripts()) {
  const name = basename(file, ".txt");
  names.all.add(name);
  const { differsFromFaktory } = parseTranscript(name, await readFile(file, "utf8"));
  if (differsFromFaktory) names.differing.add(name);
}

/** The cells of every row, but for the heads. */
const rows = document
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| Faktory |"))
  .map((line) => line.slice(2, -2).split(" | "));

const shown = new Set(
  rows.flatMap((cells) =>
    [...(cells.at(-1) ?? "").matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  ),
);

test("every row has its reason, and a transcript or why there is none", () => {
  for (const cells of rows) {
    assert.is(cells.length, 4, cells.join(" | "));
    assert.match(cells[3] ?? "", /^(`[a-z0-9-]+`(, `[a-z0-9-]+`)*|none: .+)$/);
  }
});

test("every transcript that differs is listed, and no other", () => {
  assert.equal([...shown].toSorted(), [...names.differing].toSorted());
});

test.run();
