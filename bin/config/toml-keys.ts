import { parse } from "smol-toml";
import { isTable, isTableList, isWithin, type TomlTable } from "./toml-table.ts";

/** A name in a TOML document, and where it stands. */
export interface TomlKey {
  /** From the root, joined by dots. */
  path: string;
  line: number;
  /** What it names: a value, or a table by its header, `[a]`. */
  kind: "value" | "table";
  /** It belongs to a list of tables, `[[a]]`, where each table may have it again. */
  isListed: boolean;
}

/**
 * Finds the lines of all keys in a document that is known to be well-formed. The parser tells no
 * lines, so it is asked about one statement after another.
 */
export function findKeys(text: string): TomlKey[] {
  const lines = text.split(/\r?\n/);
  const keys: TomlKey[] = [];
  const lists = new Set<string>();
  let header = "";
  for (let start = 0; start < lines.length; ) {
    const { table, end } = readStatement(lines, start);
    const isHeader = lines[start]?.trimStart().startsWith("[") ?? false;
    for (const [path, value] of leaves(table, isHeader ? "" : header)) {
      if (isTableList(value)) lists.add(path);
      if (isHeader) header = path;
      const isListed = [...lists].some((list) => isWithin(list, path));
      keys.push({ path, line: start + 1, kind: isHeader ? "table" : "value", isListed });
    }
    start = end;
  }
  return keys;
}

/** A statement is the fewest lines that the parser takes: an array or a text may have many. */
function readStatement(lines: string[], start: number): { table: TomlTable; end: number } {
  for (let end = start + 1; end <= lines.length; end++) {
    try {
      return { table: parse(lines.slice(start, end).join("\n")), end };
    } catch {
      // Not whole yet.
    }
  }
  return { table: {}, end: lines.length };
}

function leaves(table: TomlTable, prefix: string): [path: string, value: unknown][] {
  return Object.entries(table).flatMap(([name, value]): [string, unknown][] => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return isTable(value) && Object.keys(value).length > 0 ? leaves(value, path) : [[path, value]];
  });
}
