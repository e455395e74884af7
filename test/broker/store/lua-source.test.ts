import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLuaSource } from "../../../broker/store/lua-source.ts";

const test = suite("store/lua-source");

test("a script that uses nothing is its file", () => {
  assert.match(readLuaSource("lengths", ["queue"]), /^-- Tells how many jobs/);
});

test("what a script uses stands before it, once, with the keys that it needs by their places", () => {
  const source = readLuaSource("silent-workers", ["x", "outage", "alive"]);
  const heads = [...source.matchAll(/^local (\w+) = \(function\((.*)\)$/gm)];
  assert.equal(
    heads.map(([, name, keys]) => `${name}(${keys})`),
    ["presence(alive, outage)"],
  );
  assert.match(source, /^end\)\(KEYS\[3\], KEYS\[2\]\)$/m);
  assert.ok(source.indexOf("local presence =") < source.indexOf("-- Tells which workers have not"));
});

test("what it may use is made by a function, when it is first called", () => {
  const source = readLuaSource("cancel-group", ["groups", "ties"]);
  assert.match(source, /^local membershipMade\nlocal function membership\(\)\n/m);
  assert.match(source, /^membershipMade = membershipMade or \(function\(ties, groups\)$/m);
  assert.match(source, /^end\)\(KEYS\[2\], KEYS\[1\]\)\nreturn membershipMade\nend\n$/m);
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
