/** As it was parsed: what is in it is to be looked at first. */
export type TomlTable = { [name: string]: unknown };

export function isTable(value: unknown): value is TomlTable {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

export function isTableList(value: unknown): value is TomlTable[] {
  return Array.isArray(value) && value.length > 0 && value.every(isTable);
}

/** Tables of one name become one, lists of tables one after the other; of two values the later counts. */
export function mergeTables(earlier: TomlTable, later: TomlTable): TomlTable {
  const names = new Set([...Object.keys(earlier), ...Object.keys(later)]);
  return Object.fromEntries(
    [...names].map((name) => [name, mergeValues(earlier[name], later[name])]),
  );
}

function mergeValues(earlier: unknown, later: unknown): unknown {
  if (later === undefined) return earlier;
  if (isTable(earlier) && isTable(later)) return mergeTables(earlier, later);
  if (isTableList(earlier) && isTableList(later)) return [...earlier, ...later];
  return later;
}

/** The value at a path such as `millrace.limits.max_connections`. */
export function findValue(table: TomlTable, path: string): unknown {
  let value: unknown = table;
  for (const name of path.split(".")) {
    if (!isTable(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Whether a path is a table's own, or leads into it. */
export function isWithin(table: string, path: string): boolean {
  return path === table || path.startsWith(`${table}.`);
}
