import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository's root, where every command runs. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A set-up that cannot go on. Its message says what the user can do about it. */
export class SetupError extends Error {}

/** Runs a command silently. Returns undefined when it succeeded, otherwise all that it printed. */
export function runCommand([command, ...args]) {
  const result = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    // Without a terminal nothing can stop and ask.
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  if (result.status === 0) return undefined;
  const ending = result.error?.message ?? result.signal ?? `exit code ${result.status}`;
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}`;
  return `$ ${[command, ...args].join(" ")}\n${output}(${ending})`;
}
