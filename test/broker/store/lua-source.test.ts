import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLuaSource } from "../../../broker/store/lua-source.ts";

const test = suite("store/lua-source");

test("a script that uses nothing is its file", () => {
  assert.match(readLuaSource("lengths", ["queue"]), /^-- Tells how many jobs/);
});

test("what a script uses is a function before it, with the keys that it needs by their places", () => {
  const source = readLuaSource("cancel-group", ["groups", "ties"]);
  assert.match(source, /^local membershipMade\nlocal function membership\(\)\n/m);
  assert.match(source, /^membershipMade = membershipMade or \(function\(ties, groups\)$/m);
  assert.match(source, /^end\)\(KEYS\[2\], KEYS\[1\]\)\nreturn membershipMade\nend\n$/m);
  assert.ok(source.indexOf("function membership()") < source.indexOf("-- Calls off a group"));
});

test("what several use stands there once, before them", () => {
  const places = ["jobs", "queue", "scheduled", "retries", "working", "dead", "cancelled", "done"];
  const source = readLuaSource("delete", [...places, "ties", "groups"]);
  const names = [...source.matchAll(/^local function (\w+)\(\)$/gm)].map(([, name]) => name);
  assert.equal(names, ["records", "places", "membership", "endings"]);
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
