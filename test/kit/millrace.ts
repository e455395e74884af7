import { spawnSync } from "node:child_process";
import { FROM_SOURCE } from "./serve.ts";

/** Runs the command to its end. */
export function millrace(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [...FROM_SOURCE, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: 20_000,
  });
}
