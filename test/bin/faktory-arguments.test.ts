import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readAsFaktory } from "../../bin/faktory-arguments.ts";

const test = suite("a command line of Faktory");

const same: [given: string, read: string][] = [
  ["-b :7419 -w :0 -e production", "serve -b :7419 -w :0 -e production"],
  ["-b=:7419 --e=production --w :0", "serve -b :7419 -e production -w :0"],
  ["serve -l=debug --redis redis://h", "serve -l debug --redis redis://h"],
  ["check-config -c=/etc/x", "check-config -c /etc/x"],
  ["--redis redis://h", "serve --redis redis://h"],
];

for (const [given, read] of same) {
  test(`${given} is ${read}`, () => {
    assert.equal(readAsFaktory(given.split(" ")), read.split(" "));
  });
}

test("all else is left alone", () => {
  for (const line of ["-v", "-h", "--help", "--version", "push T -b=1", "info --json"]) {
    assert.equal(readAsFaktory(line.split(" ")), line.split(" "));
  }
  assert.equal(readAsFaktory([]), []);
});

test.run();
