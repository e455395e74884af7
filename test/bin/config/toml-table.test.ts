import { parse } from "smol-toml";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findValue, mergeTables, type TomlTable } from "../../../bin/config/toml-table.ts";

const test = suite("merging TOML tables");

/** As plain JSON: the parser's tables have no prototype, which makes them unequal to ours. */
const merged = (...texts: string[]): unknown =>
  JSON.parse(JSON.stringify(texts.map((text): TomlTable => parse(text)).reduce(mergeTables)));

test("tables of one name become one, at any depth", () => {
  assert.equal(merged("[a]\nx = 1\n[a.b]\ny = 2", "[a]\nz = 3\n[a.b]\nw = 4"), {
    a: { x: 1, b: { y: 2, w: 4 }, z: 3 },
  });
});

test("of two values the later counts, also when one of them is a table", () => {
  assert.equal(merged("a = 1\nb = [1, 2]", "a = 2\nb = [3]"), { a: 2, b: [3] });
  assert.equal(merged("a = 1", "[a]\nb = 2"), { a: { b: 2 } });
  assert.equal(merged("[a]\nb = 2", "a = 1"), { a: 1 });
});

test("lists of tables follow one another", () => {
  assert.equal(merged("[[cron]]\na = 1", "[[cron]]\na = 2\n[[cron]]\na = 3"), {
    cron: [{ a: 1 }, { a: 2 }, { a: 3 }],
  });
});

test("a value is found by its path, and nothing that a table merely inherits", () => {
  const table = parse("[a.b]\nc = 0");
  assert.is(findValue(table, "a.b.c"), 0);
  for (const path of ["a.b.d", "a.b.c.d", "x", "toString"]) {
    assert.is(findValue(mergeTables(table, {}), path), undefined);
  }
});

test.run();
