// Builds dist: compiles, and adds what tsc leaves alone. All of it happens in a temporary folder
// that takes the place of dist at the very end, so that a broken build leaves the last good one.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { currentStamp, stampFile } from "./setup/build-stamp.mjs";
import { root } from "./setup/run-command.mjs";

const dist = join(root, "dist");
// Beside dist: a rename must not cross file systems, and the source maps point at `../`.
const next = mkdtempSync(join(root, ".dist-"));
const ignore = join(next, ".gitignore");

try {
  // Before the compiler reads anything: an edit during the build makes this one old.
  const stamp = currentStamp();
  writeFileSync(ignore, "*\n"); // should we be killed, nobody commits what is left
  if (compile()) {
    copyScripts("broker/store/lua");
    chmodSync(join(next, "bin/millrace.js"), 0o755);
    writeFileSync(join(next, stampFile), stamp);
    swap();
  } else {
    process.exitCode = 1; // tsc has said why
  }
} finally {
  rmSync(next, { recursive: true, force: true });
}

function compile() {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { status, error } = spawnSync(tsc, ["-p", root, "--outDir", next], { stdio: "inherit" });
  if (error !== undefined) throw error;
  return status === 0;
}

function copyScripts(folder) {
  mkdirSync(join(next, folder), { recursive: true });
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) copyScripts(path);
    else if (path.endsWith(".lua")) copyFileSync(join(root, path), join(next, path));
  }
}

function swap() {
  rmSync(ignore);
  chmodSync(next, 0o755); // mkdtemp made it for us alone
  const previous = `${next}-previous`;
  if (existsSync(dist)) renameSync(dist, previous);
  renameSync(next, dist);
  rmSync(previous, { recursive: true, force: true });
}
