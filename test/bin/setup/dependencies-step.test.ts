import { suite } from "uvu";
import * as assert from "uvu/assert";

interface Package {
  readonly version: string;
  readonly optional?: boolean;
  readonly os?: string[];
  readonly cpu?: string[];
  readonly libc?: string[];
}
type Packages = Record<string, Package>;
type Matches = (locked: Packages, installed: Packages, host: object) => boolean;

// Plain Node, which has no types of its own.
const url = new URL("../../../bin/setup/dependencies-step.mjs", import.meta.url);
const { matches } = (await import(url.href)) as { matches: Matches };

const test = suite("set-up: whether node_modules fits the lock file");

const fits = (locked: Packages, installed: Packages) =>
  matches({ "": { version: "0.1.0" }, ...locked }, installed, { platform: "linux", arch: "x64" });

test("it does when each package is there in its version", () => {
  const pino = { version: "10.4.0" };
  assert.ok(fits({ pino }, { pino }));
  assert.not(fits({ pino }, {}));
  assert.not(fits({ pino }, { pino: { version: "10.3.0" } }));
});

test("prebuilt binaries have to be there for this platform only", () => {
  const prebuilt = { version: "1.0.0", optional: true, cpu: ["x64"] };
  assert.ok(fits({ binary: { ...prebuilt, os: ["darwin"] } }, {}));
  assert.not(fits({ binary: { ...prebuilt, os: ["linux"] } }, {}));
});

test("of two C libraries' binaries, one is enough", () => {
  const prebuilt = { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] };
  assert.ok(fits({ binary: { ...prebuilt, libc: ["musl"] } }, {}));
});

test.run();
