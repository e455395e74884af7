import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLuaSource } from "../../../broker/store/lua-source.ts";

const test = suite("store/lua-source");

test("a script that uses nothing is its file", () => {
  assert.match(readLuaSource("kill", ["scheduled", "retries", "dead"]), /^-- Moves jobs of/);
});

test("what a script uses stands before it, once, with the keys that it needs by their places", () => {
  const source = readLuaSource("fail", ["x", "ties", "resumed", "alive"]);
  const heads = [...source.matchAll(/^local (\w+) = \(function\((.*)\)$/gm)];
  assert.equal(
    heads.map(([, name, keys]) => `${name}(${keys})`),
    ["records()", "presence(alive, resumed)", "endings(ties)"],
  );
  assert.match(source, /^end\)\(KEYS\[4\], KEYS\[3\]\)$/m);
  assert.ok(source.indexOf("local endings =") < source.indexOf("-- Ends the reservation of"));
});

test("a script that does not name a key that it needs is refused when the broker starts", () => {
  assert.throws(
    () => readLuaSource("fail", ["jobs"]),
    "fail.lua uses presence.lua, which needs the key alive",
  );
});

test("a script whose file is missing is refused", () => {
  assert.throws(() => readLuaSource("no-such", []), /ENOENT/);
});

test.run();
