import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLuaSource } from "../../../broker/store/lua-source.ts";

const test = suite("store/lua-source");

test("a script that uses nothing is its file", () => {
  assert.match(readLuaSource("lengths", ["queue"]), /^-- Tells how many jobs/);
});

test("what a script uses is a function before it, with the keys that it needs by their places", () => {
  const source = readLuaSource("keep-alive", ["outage", "x", "alive"]);
  assert.match(source, /^local presence\n/);
  assert.match(source, /^local presenceMade\nfunction presence\(\)\n/m);
  assert.match(source, /^presenceMade = presenceMade or \(function\(alive, outage\)$/m);
  assert.match(source, /^end\)\(KEYS\[3\], KEYS\[1\]\)\nreturn presenceMade\nend\n$/m);
});

test("what several use stands there once, and all are declared before any", () => {
  const places = ["jobs", "queue", "scheduled", "retries", "working", "dead", "cancelled", "done"];
  const source = readLuaSource("find-progress", [
    ...places,
    ...["ties", "progress", "stalling", "flushes"],
  ]);
  const names = [...source.matchAll(/^function (\w+)\(\)$/gm)].map(([, name = ""]) => name);
  assert.equal(names.toSorted(), ["places", "records", "runs", "tracking"]);
  assert.is(source.split("\n", 1)[0], `local ${names.join(", ")}`);
});

test("a script that does not name a key that it needs is refused when the broker starts", () => {
  assert.throws(
    () => readLuaSource("silent-workers", ["outage"]),
    "silent-workers.lua uses presence.lua, which needs the key alive",
  );
});

test("a script whose file is missing is refused", () => {
  assert.throws(() => readLuaSource("no-such", []), /ENOENT/);
});

test.run();
