import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

const test = suite("package-lock.json");

// npm leaves an optional package out of the lock file when the registry at hand does not have it,
// and mirrors often lack other platforms' binaries. `npm ci` then refuses, on every machine.
test("it has every platform's prebuilt binaries", () => {
  const path = new URL("../package-lock.json", import.meta.url);
  const { packages } = JSON.parse(readFileSync(path, "utf8")) as Lock;
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) =>
    Object.keys(optionalDependencies ?? {}),
  );
  assert.ok(wanted.length > 0);
  assert.equal(
    wanted.filter((name) => packages[`node_modules/${name}`] === undefined),
    [],
    "take these over from the lock file's last version, with the new version numbers",
  );
});

test.run();
