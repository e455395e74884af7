import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, runCommand, SetupError } from "./run-command.mjs";

/**
 * The npm dependencies, exactly as the lock file has them. npm notes what it installed in a lock
 * file of its own inside node_modules. Comparing the two, rather than keeping a stamp, sees an
 * `npm install` by hand as done, and one with `--omit=dev` as not done.
 */
export const dependenciesStep = {
  isNeeded: () => {
    const installed = readPackages("node_modules/.package-lock.json");
    return installed === undefined || !matches(readPackages("package-lock.json") ?? {}, installed);
  },
  title: "installing the npm dependencies",
  run: () => {
    const complaint = runCommand(["npm", "ci", "--include=dev", "--no-audit", "--no-fund"]);
    if (complaint === undefined) return;
    console.error(complaint);
    throw new SetupError("the npm dependencies could not be installed (npm ci), see above.");
  },
};

/** Whether `installed` has every package that `locked` wants on this kind of machine. */
export function matches(locked, installed, { platform, arch } = process) {
  return Object.entries(locked).every(([path, wanted]) => {
    if (path === "") return true; // the project itself
    const present = installed[path];
    if (present !== undefined) return present.version === wanted.version;
    if (wanted.optional !== true) return false;
    // Prebuilt binaries are optional packages, one a platform. If ours is missing, node_modules
    // came from another machine. Where the C library matters too, npm chose one of two.
    const isOurs = wanted.os?.includes(platform) && wanted.cpu?.includes(arch);
    return !isOurs || wanted.libc !== undefined;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8")).packages;
  } catch {
    return undefined; // missing or spoilt: npm ci either mends it or says what is wrong
  }
}
