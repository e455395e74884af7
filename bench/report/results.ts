import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, platform } from "node:os";
import { fileURLToPath } from "node:url";
import { root } from "../root.ts";
import type { Row } from "../row.ts";
import type { ScenarioResult } from "../scenario.ts";
import type { Settings } from "../settings.ts";
import { table } from "./table.ts";

const FOLDER = fileURLToPath(new URL("../results/", import.meta.url));
const README = fileURLToPath(new URL("../README.md", import.meta.url));
const [TABLE_BEGINS, TABLE_ENDS] = ["<!-- results -->", "<!-- /results -->"];

/** What one run gave, with what has to be known to judge it. */
export interface Results {
  commit: string;
  machine: Record<string, string | number>;
  /** Without what only this machine knows. */
  settings: Omit<Settings, "faktory">;
  scenarios: Record<string, ScenarioResult>;
}

export function describeRun({ faktory, ...settings }: Settings): Omit<Results, "scenarios"> {
  const machine = {
    cores: availableParallelism(),
    system: `${platform()} ${arch()}`,
    node: process.version,
    redis: /v=(\S+)/.exec(output("redis-server", "--version"))?.[1] ?? "unknown",
    faktory: /\d[\d.]+/.exec(output(faktory ?? "true", "-v"))?.[0] ?? "none",
  };
  return { commit: currentCommit(), machine, settings };
}

/** Writes them to results/ and gives the file's name. */
export function saveResults(results: Results, only: string | undefined): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${[results.commit, ...(only === undefined ? [] : [only])].join("-")}.json`;
  writeFileSync(FOLDER + file, `${JSON.stringify(results, null, 2)}\n`);
  // As the formatter wants it, should it be committed.
  output("node_modules/.bin/biome", "format", "--write", FOLDER + file);
  return `bench/results/${file}`;
}

/** Puts the table into README.md, in the place of the last one. */
export function publish(rows: readonly Row[], { commit, machine, settings }: Results): void {
  const text = readFileSync(README, "utf8");
  const begins = text.indexOf(TABLE_BEGINS);
  const ends = text.indexOf(TABLE_ENDS);
  if (begins < 0 || ends < begins) throw new Error(`${README} has no place for the results`);
  const about = `Commit ${commit}, ${settings.rounds} rounds, ${machine["cores"]} cores, Node ${machine["node"]}, Redis ${machine["redis"]}, Faktory ${machine["faktory"]}, shape \`${settings.shape}\`, jobs of ${settings.jobBytes} bytes. All figures: [results/${commit}.json](results/${commit}.json).`;
  const part = `${TABLE_BEGINS}\n${about}\n\n${table(rows)}\n`;
  writeFileSync(README, text.slice(0, begins) + part + text.slice(ends));
}

/** The commit, and whether anything has been changed since. */
function currentCommit(): string {
  const commit = /^[0-9a-f]+$/m.exec(output("git", "rev-parse", "--short", "HEAD"))?.[0];
  if (commit === undefined) return "unknown";
  const isChanged = output("git", "status", "--porcelain", "--untracked-files=no") !== "";
  return isChanged ? `${commit}-changed` : commit;
}

/** What a program prints. Faktory says its version on its standard error. */
function output(program: string, ...args: string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  return stdout || stderr;
}
