import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run-command.mjs";

/** All that a build depends on: the folders that tsconfig.json includes, and what compiles them. */
const sources = ["protocol", "broker", "worker-sdk", "bin", "tsconfig.json", "package-lock.json"];

/** Inside dist, so that one cannot be there, or be old, without the other. */
export const stampFile = ".built-from";

/** A fingerprint of names, sizes and times: any edit, new file or deleted file changes it. */
export function currentStamp() {
  const hash = createHash("sha256");
  for (const source of sources) addTo(hash, source);
  return hash.digest("hex");
}

/** The fingerprint of the sources that dist was built from. */
export function findRecordedStamp() {
  try {
    return readFileSync(join(root, "dist", stampFile), "utf8");
  } catch {
    return undefined; // never built
  }
}

function addTo(hash, path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    for (const name of readdirSync(join(root, path)).toSorted()) addTo(hash, join(path, name));
  } else {
    hash.update(`${path} ${stats?.size} ${stats?.mtimeMs}\n`);
  }
}
