import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "./run-command.mjs";

/** One lock for all clones of a user: the system's package manager is shared, too. */
const defaultPath = join(tmpdir(), `millrace-setup-${process.getuid?.() ?? "user"}.lock`);

/** A set-up takes a minute or two on a slow line; whoever takes longer than this is stuck. */
const defaultWaitMs = 10 * 60_000;

/** Runs `work` while no other set-up of this user runs. */
export async function holdingLock(work, { path = defaultPath, waitMs = defaultWaitMs } = {}) {
  const giveUpAt = Date.now() + waitMs;
  if (isHeld(path)) console.error("millrace: waiting for another set-up to end");
  while (!take(path)) {
    if (Date.now() > giveUpAt) {
      throw new SetupError(`another set-up is still running; if there is none, delete ${path}`);
    }
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Creates the lock file, which holds our process id. If its process is gone, a crash left it. */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    // Of two who see the same stale lock, the slower may delete the quicker one's new lock. That
    // takes a crash and then two set-ups in the same millisecond: not worth a cleverer lock.
    if (isHeld(path)) return false;
    rmSync(path, { force: true });
    return take(path);
  }
}

function isHeld(path) {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    // An empty file is a lock between its creation and the writing of the process id.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but is not ours. ENOENT and ESRCH: the lock or its process is gone.
    return error.code === "EPERM";
  }
}
