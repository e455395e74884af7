import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Sees to it that a child process ends with this one at the latest. Gives a function that ends it. */
export function endWithUs(child: ChildProcess): () => Promise<void> {
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const ended = once(child, "exit").then(() => process.off("exit", kill));
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}
