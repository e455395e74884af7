import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A process that has ended but is not reaped yet still counts. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export interface Script {
  child: ChildProcess;
  /** The first line that it printed. */
  firstLine: string;
}

/** Runs a piece of TypeScript in a process of its own, until it has printed a line. */
export async function runScript(source: string): Promise<Script> {
  const args = ["--import", "tsx", "--input-type=module", "--eval", source];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const [firstLine] = (await Promise.race([
    once(child.stdout.setEncoding("utf8"), "data"),
    once(child, "exit").then(() => {
      throw new Error("the script ended without a word");
    }),
  ])) as [string];
  return { child, firstLine };
}
