// Runs test/**/*.test.ts, each in a process of its own, and trusts none of them (see
// runner/verdict.ts). Arguments are patterns: a file runs when its path contains one of them.

import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { killGroup } from "./runner/process-group.ts";
import { readTestFile, runningGroups, runTestFile, type TestFile } from "./runner/test-file.ts";
import { judge, type Verdict } from "./runner/verdict.ts";

const { values, positionals: patterns } = parseArgs({
  allowPositionals: true,
  // Where the tests are. Only the runner's own test looks anywhere else.
  options: { in: { type: "string", default: fileURLToPath(new URL(".", import.meta.url)) } },
});

// The test processes are in groups of their own, so that Ctrl-C does not reach them.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    for (const groupId of runningGroups) killGroup(groupId);
    process.kill(process.pid, signal);
  });
}

const files = findTestFiles(values.in);
const verdicts: Verdict[] = [];
const failures: string[] = [];
// One more than there are processors: tests wait for sockets and timers more than they compute.
await runAll(
  files.filter(({ isAlone }) => !isAlone),
  availableParallelism() + 1,
);
await runAll(
  files.filter(({ isAlone }) => isAlone),
  1,
);
report();

function findTestFiles(folder: string): TestFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !path.includes("node_modules"))
    .map((path) => relative(process.cwd(), join(folder, path)))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
    .toSorted()
    .map(readTestFile)
    .toSorted((a, b) => b.limitSeconds - a.limitSeconds); // the long ones first
}

async function runAll(waiting: TestFile[], laneCount: number): Promise<void> {
  const lanes = Array.from({ length: laneCount }, async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      await runOne(file);
    }
  });
  await Promise.all(lanes);
}

async function runOne(file: TestFile): Promise<void> {
  const run = await runTestFile(file);
  const verdict = judge(file, run);
  verdicts.push(verdict);
  const seconds = `${run.seconds.toFixed(1)} s`;
  if (verdict.complaints.length === 0) {
    console.log(`ok    ${file.path}: ${verdict.passed} tests, ${seconds}`);
  } else {
    const line = `FAIL  ${file.path}: ${verdict.complaints.join("; ")}, ${seconds}`;
    console.log(line);
    failures.push(`\n${line}\n${run.output}`);
  }
}

function report(): void {
  for (const failure of failures) console.log(failure);
  for (const { leftOut } of verdicts) for (const text of leftOut) console.log(`left out: ${text}`);
  const sum = (key: "passed" | "failed" | "skipped") =>
    verdicts.reduce((total, verdict) => total + verdict[key], 0);
  if (verdicts.length === 0) console.log(`no test file: ${patterns.join(" ")}`);
  if (sum("failed") > 0 || sum("passed") === 0) process.exitCode = 1;
  console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
}
