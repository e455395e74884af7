import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A Node program that runs beside the test. */
export interface Program {
  child: ChildProcess;
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves with its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Starts one. It ends with the test at the latest. */
export function startProgram(
  args: readonly string[],
  options: { cwd?: string; environment?: NodeJS.ProcessEnv } = {},
): Program {
  const { cwd = process.cwd(), environment = {} } = options;
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]: unknown[]) => {
    process.off("exit", kill);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, ended };
}
