// limit: 60 s
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// Suites with something wrong, of which plain uvu reports several as a success. Each is a file of
// its own in a temporary folder; one run of the runner judges them all.

const root = fileURLToPath(new URL("..", import.meta.url));
const leftOutModule = join(root, "test/kit/left-out.ts");

const good = `test("one", () => {}); test("two", () => {}); test.run();`;
/** Takes a while, and fails when another of these runs at the same time. */
const exclusive = `
import { mkdirSync, rmdirSync } from "node:fs";
test("one", async () => {
  mkdirSync(new URL("running", import.meta.url));
  await new Promise((done) => setTimeout(done, 500));
  rmdirSync(new URL("running", import.meta.url));
});
test.run();`;
const fixtures: Record<string, string> = {
  "alone.test.ts": `// limit: 30 s, alone${exclusive}`,
  "alone-too.test.ts": `// limit: 30 s, alone${exclusive}`,
  "along.test.ts": exclusive,
  "good.test.ts": `console.log("all is well"); ${good}`,
  "deeper/good.test.ts": good,
  "fails.test.ts": `test("one", () => {}); test("two", () => { throw new Error("oh"); }); test.run();`,
  "before-throws.test.ts": `test.before(() => { throw new Error("no Redis"); }); ${good}`,
  "never-run.test.ts": `test("one", () => {});`,
  "one-suite-never-run.test.ts": `
const other = suite("other");
other("forgotten", () => {});
${good}`,
  "after-each-throws.test.ts": `
test.after.each(() => { throw new Error("cannot tidy up"); });
test("one", () => { throw new Error("oh"); });
test.run();`,
  "only-left-in.test.ts": `test.only("one", () => {}); test("two", () => {}); test.run();`,
  "skipped.test.ts": `test("one", () => {}); test.skip("two", () => {}); test.run();`,
  "hangs.test.ts": `// limit: 5 s
test("one", () => new Promise((done) => setTimeout(done, 60_000))); test.run();`,
  "never-ends.test.ts": `// limit: 5 s
setInterval(() => {}, 1_000); ${good}`,
  "waits-for-nothing.test.ts": `test("one", () => new Promise(() => {})); test.run();`,
  "exits-early.test.ts": `test("one", () => {}); test("two", () => process.exit(0)); test.run();`,
  "odd-limit.test.ts": `// limit: 3 min\n${good}`,
  "no-tests.test.ts": `test.run();`,
  "crashes.test.ts": `setTimeout(() => { throw new Error("too late"); }, 50); ${good}`,
  "does-not-parse.test.ts": `test("one", () => {`,
  "second-run-hides-failure.test.ts": `
test("one", () => { throw new Error("oh"); });
test.run();
setTimeout(() => { test("two", () => {}); test.run(); }, 100);`,
  "leaves-process.test.ts": `
import { spawn } from "node:child_process";
spawn("sleep", ["60"], { stdio: "ignore" }).unref();
${good}`,
  "left-out.test.ts": `
import { leftOut } from ${JSON.stringify(leftOutModule)};
leftOut("a Go client pushes", "go is not installed");
${good}`,
  "all-left-out.test.ts": `
import { leftOut } from ${JSON.stringify(leftOutModule)};
leftOut("a Go client fetches", "go is not installed");
test.run();`,
};

const test = suite<{ folder: string; status: number | null; lines: string[] }>("run");

test.before((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "millrace-run-"));
  symlinkSync(join(root, "node_modules"), join(context.folder, "node_modules"));
  writeFileSync(join(context.folder, "package.json"), `{ "type": "module" }`);
  for (const [name, source] of Object.entries(fixtures)) {
    const path = join(context.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    // At the end, since a limit has to stand in the first line.
    writeFileSync(path, `${source}\nimport { suite, test } from "uvu"; suite;\n`);
  }
  Object.assign(context, runner(context.folder));
});

test.after(({ folder }) => rmSync(folder, { recursive: true }));

function runner(folder: string, ...patterns: string[]) {
  const args = ["--import", "tsx", "test/run.ts", "--in", folder, ...patterns];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  return { status, lines: stdout.trimEnd().split("\n") };
}

/** The line about one fixture, without its path and time. */
function verdictOn(lines: string[], name: string): string | undefined {
  const line = lines.find((text) => /^(ok|FAIL) /.test(text) && text.includes(`/${name}.test.ts:`));
  return line?.replace(/ +\S+:/, "").replace(/, \d+\.\d s$/, "");
}

const expected: Record<string, string> = {
  alone: "ok 1 tests",
  "alone-too": "ok 1 tests",
  along: "ok 1 tests",
  good: "ok 2 tests",
  "deeper/good": "ok 2 tests",
  fails: "FAIL ended with exit code 1; passed 1 of 2",
  "before-throws": "FAIL passed 0 of 2 (a hook threw; uvu hides its error)",
  "never-run": "FAIL never came to uvu's summary",
  "one-suite-never-run": "FAIL never calls other.run()",
  "after-each-throws": "FAIL passed 0 of 1 (a hook threw; uvu hides its error)",
  "only-left-in": "FAIL skipped 1 (.only or .skip; leftOut takes a reason)",
  skipped: "FAIL skipped 1 (.only or .skip; leftOut takes a reason)",
  hangs: "FAIL did not end within 5 s; never came to uvu's summary",
  "never-ends": "FAIL did not end within 5 s",
  "waits-for-nothing": "FAIL ended with exit code 1; never came to uvu's summary",
  "exits-early": "FAIL ended with exit code 1; never came to uvu's summary",
  "odd-limit": 'FAIL wants "// limit: N s" or "// limit: N s, alone" in line 1',
  "no-tests": "FAIL has no tests",
  crashes: "FAIL ended with exit code 1",
  "does-not-parse": "FAIL ended with exit code 1; never came to uvu's summary",
  "second-run-hides-failure": "FAIL came to uvu's summary 2 times",
  "left-out": "ok 2 tests",
  "all-left-out": "ok 0 tests",
};

for (const [name, verdict] of Object.entries(expected)) {
  test(`${name}: ${verdict}`, ({ lines }) => {
    assert.is(verdictOn(lines, name), verdict);
  });
}

test("a process that a test leaves behind is named", ({ lines }) => {
  assert.match(verdictOn(lines, "leaves-process") ?? "", /^FAIL left behind sleep \(\d+\)$/);
});

test("a failed file's output is there, a passed one's is not", ({ lines }) => {
  assert.ok(lines.some((line) => line.includes("too late")));
  assert.not(lines.some((line) => line.includes("all is well")));
});

test("what was left out is repeated with its reason, and counted", ({ lines }) => {
  assert.ok(lines.includes("left out: a Go client pushes (go is not installed)"));
});

test("the last line counts tests, and the exit code is 1", ({ lines, status }) => {
  assert.is(lines.at(-1), "23 passed, 18 failed, 4 skipped");
  assert.is(status, 1);
});

test("only files that contain the pattern run, and all is well with them", ({ folder }) => {
  const { lines, status } = runner(folder, "/good", "left-out");
  assert.equal(lines.at(-1), "6 passed, 0 failed, 2 skipped");
  assert.is(status, 0);
});

test("a pattern that no file contains is a failure", ({ folder }) => {
  const { lines, status } = runner(folder, "no such file");
  assert.equal(lines, ["no test file: no such file", "0 passed, 0 failed, 0 skipped"]);
  assert.is(status, 1);
});

test("nothing but left out tests is a failure: nothing ran", ({ folder }) => {
  const { lines, status } = runner(folder, "all-left-out");
  assert.is(lines.at(-1), "0 passed, 0 failed, 1 skipped");
  assert.is(status, 1);
});

test.run();
