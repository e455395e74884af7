import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import type { Problem } from "./problem.ts";
import { findKeys, type TomlKey } from "./toml-keys.ts";
import { isWithin, mergeTables, type TomlTable } from "./toml-table.ts";

/** All files of a conf.d folder as one document. */
export interface ConfD {
  /** In the order in which they were read. */
  files: string[];
  table: TomlTable;
  /** With their files, in that order too, so that the last of a path is the one that counts. */
  keys: PlacedKey[];
  problems: Problem[];
}

export interface PlacedKey extends TomlKey {
  /** `file:line` */
  origin: string;
}

/**
 * Reads `conf.d/*.toml` in alphabetical order. Faktory takes them as one text, and fails when a
 * table is in two of them; here they are merged.
 */
export function readConfD(configDirectory: string): ConfD {
  const confD: ConfD = { files: [], table: {}, keys: [], problems: [] };
  for (const file of listFiles(join(configDirectory, "conf.d"), confD.problems)) {
    confD.files.push(file);
    try {
      const text = readFileSync(file, "utf8");
      confD.table = mergeTables(confD.table, parse(text));
      const keys = findKeys(text).map((key) => ({ ...key, origin: `${file}:${key.line}` }));
      confD.problems.push(...findOverridden(confD.keys, keys));
      confD.keys.push(...keys);
    } catch (error) {
      confD.problems.push(explain(error, file));
    }
  }
  return confD;
}

/** Where the value that counts was said; of a table without a header, the first of what is in it. */
export function findOrigin({ keys }: ConfD, path: string): string | undefined {
  const key = keys.findLast((one) => one.path === path);
  return (key ?? keys.find((one) => isWithin(path, one.path)))?.origin;
}

function listFiles(folder: string, problems: Problem[]): string[] {
  try {
    // Throws when it is not for us to look: that is not the same as having no files.
    const stats = statSync(folder, { throwIfNoEntry: false });
    if (stats === undefined) return [];
    if (stats.isDirectory()) {
      const names = readdirSync(folder).filter((name) => name.endsWith(".toml"));
      return names.toSorted().map((name) => join(folder, name));
    }
    const message = "is not read: conf.d is to be a folder with *.toml files";
    problems.push({ severity: "warning", message, origin: folder });
  } catch (error) {
    problems.push(explain(error, folder));
  }
  return [];
}

function findOverridden(earlier: PlacedKey[], later: PlacedKey[]): Problem[] {
  const values = (keys: PlacedKey[]) =>
    keys.filter(({ kind, isListed }) => kind === "value" && !isListed);
  const before = new Map(values(earlier).map(({ path, origin }) => [path, origin]));
  return values(later).flatMap(({ path, origin }): Problem[] => {
    const other = before.get(path);
    if (other === undefined) return [];
    const message = `${path} is in ${other} too; the later file counts`;
    return [{ severity: "warning", message, origin }];
  });
}

function explain(error: unknown, file: string): Problem {
  if (error instanceof TomlError) {
    // The rest of the message repeats the line itself, which may hold a password.
    const [first = ""] = error.message.split("\n");
    const message = first.replace(/^Invalid TOML document: /, "not TOML: ");
    return { severity: "error", message, origin: `${file}:${error.line}` };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { severity: "error", message, origin: file };
}
