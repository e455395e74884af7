import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findKeys } from "../../../bin/config/toml-keys.ts";

const test = suite("the lines of a TOML document's keys");

/** As `path:line`. */
const places = (text: string) => findKeys(text).map(({ path, line }) => `${path}:${line}`);

test("keys below a header have its path", () => {
  assert.equal(places('a = 1\n\n[faktory] # ours\npassword = "x"\n[a.b]\n"c d" = 2'), [
    "a:1",
    "faktory:3",
    "faktory.password:4",
    "a.b:5",
    "a.b.c d:6",
  ]);
});

test("dotted keys and inline tables are taken apart", () => {
  assert.equal(places('faktory.password = "x"\nq = { a = 1, b = { c = 2 } }'), [
    "faktory.password:1",
    "q.a:2",
    "q.b.c:2",
  ]);
});

test("a value over many lines stands where it begins, and what looks like a key in it is none", () => {
  const text = 'a = """\nb = 1\n[c]\n"""\nd = [\n  1, # e = 2\n  2,\n]\nf = 3';
  assert.equal(places(text), ["a:1", "d:5", "f:9"]);
});

test("what belongs to a list of tables is marked, and what comes after is not", () => {
  const keys = findKeys("[[cron]]\na = 1\n[cron.job]\nb = 2\n[web]\nc = 3");
  assert.equal(
    keys.map(({ path, isListed }) => [path, isListed]),
    [
      ["cron", true],
      ["cron.a", true],
      ["cron.job", true],
      ["cron.job.b", true],
      ["web", false],
      ["web.c", false],
    ],
  );
});

test("carriage returns and a byte order mark do no harm", () => {
  assert.equal(places("\uFEFF# top\r\n[a]\r\nb = 1\r\n"), ["a:2", "a.b:3"]);
});

test.run();
