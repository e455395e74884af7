import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { findMembers, killGroup } from "./process-group.ts";

/** Long enough for a file that starts several brokers on a busy machine, short for a hang. */
const DEFAULT_LIMIT_SECONDS = 30;

/** As an URL: the tests of the runner run in a folder of their own. */
const FROM_SOURCE = new URL("../../bin/from-source.mjs", import.meta.url).href;

/** What ends together with a test's process (its Redis, tsx' compiler) still needs a moment. */
const FAREWELL_MS = 1_000;

export interface TestFile {
  readonly path: string;
  readonly source: string;
  readonly limitSeconds: number;
  /** Whether it measures what other tests beside it would change. */
  readonly isAlone: boolean;
}

/** What was seen of one test file's process. */
export interface TestRun {
  readonly output: string;
  readonly seconds: number;
  /** Why this is not a good end, if it is none. */
  readonly badEnding: string | undefined;
  /** Processes that the test started and did not stop. */
  readonly leftBehind: string[];
}

/** The groups that run now, for whoever has to end them all. */
export const runningGroups = new Set<number>();

/** What a first line may ask for: more time than usual, and to run with no other test beside it. */
export const DEMANDS = /^\/\/ limit: (\d+) s(, alone)?\n/;

/** Reads a test file, and what its first line asks for: `// limit: 180 s`, `// limit: 180 s, alone`. */
export function readTestFile(path: string): TestFile {
  const source = readFileSync(path, "utf8");
  const [, limit = DEFAULT_LIMIT_SECONDS, alone] = DEMANDS.exec(source) ?? [];
  return { path, source, limitSeconds: Number(limit), isAlone: alone !== undefined };
}

/** Runs a test file in a process, and a process group, of its own. */
export async function runTestFile({ path, limitSeconds }: TestFile): Promise<TestRun> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", FROM_SOURCE, path], {
    detached: true, // a process group of its own
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1" }, // the summary has to be read
  });
  const groupId = child.pid;
  if (groupId === undefined) throw new Error("cannot start a process");
  runningGroups.add(groupId);

  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));

  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    killGroup(groupId);
  }, limitSeconds * 1_000);

  const closed = once(child, "close");
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  clearTimeout(limit);
  const leftBehind = await awaitFarewell(groupId);
  killGroup(groupId);
  runningGroups.delete(groupId);
  // Who was left behind may hold the output open; if in a group of its own, even now.
  const isClosed = closed.then(() => true);
  if (!(await Promise.race([isClosed, sleep(FAREWELL_MS, false, { ref: false })]))) {
    leftBehind.push("a process that still holds the output open");
    child.stdout.destroy();
    child.stderr.destroy();
  }

  const seconds = (performance.now() - startedAt) / 1_000;
  return { output, seconds, badEnding: describeEnding(), leftBehind };

  function describeEnding(): string | undefined {
    if (isLate) return `did not end within ${limitSeconds} s`;
    if (signal !== null) return `was ended by ${signal}`;
    return code === 0 ? undefined : `ended with exit code ${code}`;
  }
}

async function awaitFarewell(groupId: number): Promise<string[]> {
  const deadline = performance.now() + FAREWELL_MS;
  let members = findMembers(groupId);
  while (members.length > 0 && performance.now() < deadline) {
    await sleep(20);
    members = findMembers(groupId);
  }
  return members;
}
