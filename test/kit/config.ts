import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "./serve.ts";

/** A configuration directory of the test's own, with these files, such as `conf.d/a.toml`. */
export function configDirectory(files: Record<string, string>): string {
  const directory = temporaryDirectory();
  writeConfig(directory, files);
  return directory;
}

export function writeConfig(directory: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
