import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "./until.ts";

/** A line of the broker's log. */
export interface LogLine {
  event: string;
  redisPid?: number;
  port?: number;
  [field: string]: unknown;
}

/** `millrace serve` as a user starts it: a process of its own, with an embedded Redis unless told otherwise. */
export interface Serving {
  readonly process: ChildProcess;
  readonly port: number;
  /** Of the embedded Redis, the latest one. */
  readonly redisPid: number;
  readonly directory: string;
  readonly log: readonly LogLine[];
  readonly stderr: () => string;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** SIGTERM, as a supervisor does; resolves as `ended`. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface ServeOptions {
  /** More arguments of `millrace serve`. */
  args?: readonly string[];
  /** In place of those that a test needs as a rule. */
  flags?: readonly string[];
  directory?: string;
  environment?: NodeJS.ProcessEnv;
  /** How many files the system lets it have open. */
  openFiles?: number;
  /** The program; the source, unless a test is about the build. */
  program?: readonly string[];
}

export const FROM_SOURCE = ["--import", "./bin/from-source.mjs", "bin/millrace.ts"] as const;

/** What is to be done when this process ends, however it ends. */
const atExit = new Set<() => void>();
process.on("exit", () => {
  for (const run of atExit) run();
});

/** A folder of the test's own, removed when the process ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "millrace-test-"));
  atExit.add(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Resolves when it listens; rejects with what it wrote when it ends before. */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  const { args = [], environment = {}, program = FROM_SOURCE } = options;
  const directory = options.directory ?? temporaryDirectory();
  // Not the configuration of whoever runs the tests.
  const places = ["-b", "127.0.0.1:0", "-d", directory, "-c", directory];
  const { flags = ["serve", ...places, "-l", "debug"] } = options;
  const limit = options.openFiles === undefined ? "" : `ulimit -n ${String(options.openFiles)}; `;
  const command = [process.execPath, ...program, ...flags, ...args];
  const child = spawn("/bin/sh", ["-c", `${limit}exec "$0" "$@"`, ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const kill = () => child.kill("SIGKILL");
  atExit.add(kill);
  const log: LogLine[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    log.push(JSON.parse(line) as LogLine);
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, "close").then(([code, signal]: unknown[]) => {
    atExit.delete(kill);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  const find = (event: string) => log.findLast((line) => line.event === event);
  try {
    await until(() => find("broker.listening") ?? (child.exitCode !== null || child.signalCode), {
      what: "the broker listens",
      withinMs: 15_000,
    });
  } catch (error) {
    kill();
    throw error;
  }
  const port = find("broker.listening")?.port;
  if (port === undefined) throw new Error(`millrace serve ended with ${await ended}: ${stderr}`);
  return {
    process: child,
    port,
    get redisPid() {
      return Number(find("redis.started")?.redisPid);
    },
    directory,
    log,
    stderr: () => stderr,
    ended,
    stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
