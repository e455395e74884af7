import { readFileSync } from "node:fs";

/**
 * What Redis is given for a script: its file, and before it the shared files that its head names:
 *
 *     -- Uses records
 *     -- May use endings
 *
 * makes a local `records` of what lua/shared/records.lua returns, and a function `endings()` that makes
 * that of the other file when it is first called: most calls never do, and need not wait for it. A
 * shared file names in the same way what it uses itself, and the keys that it needs: `-- KEYS jobs, ties`
 * are locals in it, and have to be among those of the script. ADR 0013 has the reason.
 * @param keys of the script, in the order of its head
 * @throws Error for a file that is not there, needs a key that the script does not name, or is used in
 *   both ways
 */
export function readLuaSource(name: string, keys: readonly string[]): string {
  const own = readLua(`${name}.lua`);
  const used = new Map<string, Shared>();
  for (const one of usesIn(own)) addShared(one, name, keys, used);
  return [...Array.from(used.values(), ({ code }) => code), own].join("\n");
}

interface Use {
  shared: string;
  /** It is made when it is first needed, if ever. */
  isLazy: boolean;
}

interface Shared extends Use {
  code: string;
}

/** Each once, and after those that it uses itself. */
function addShared(
  { shared, isLazy }: Use,
  script: string,
  keys: readonly string[],
  used: Map<string, Shared>,
): void {
  const before = used.get(shared);
  if (before !== undefined) {
    if (before.isLazy === isLazy) return;
    throw new Error(`${script}.lua: "Uses ${shared}" and "May use ${shared}" can't both be`);
  }
  const text = readLua(`shared/${shared}.lua`);
  for (const other of usesIn(text)) addShared(other, script, keys, used);
  const needed = namesAfter("KEYS", text);
  const places = needed.map((key) => {
    const index = keys.indexOf(key);
    if (index < 0) throw new Error(`${script}.lua uses ${shared}.lua, which needs the key ${key}`);
    return `KEYS[${index + 1}]`;
  });
  const table = `(function(${needed.join(", ")})\n${text}end)(${places.join(", ")})`;
  const code = isLazy ? lazily(shared, table) : `local ${shared} = ${table}\n`;
  used.set(shared, { shared, isLazy, code });
}

function lazily(shared: string, table: string): string {
  return [
    `local ${shared}Made`,
    `local function ${shared}()`,
    `${shared}Made = ${shared}Made or ${table}`,
    `return ${shared}Made`,
    "end\n",
  ].join("\n");
}

function readLua(path: string): string {
  return readFileSync(new URL(`./lua/${path}`, import.meta.url), "utf8");
}

function usesIn(text: string): Use[] {
  return [
    ...namesAfter("Uses", text).map((shared) => ({ shared, isLazy: false })),
    ...namesAfter("May use", text).map((shared) => ({ shared, isLazy: true })),
  ];
}

/** In the head of a file, `-- Word one, two`. */
function namesAfter(word: "Uses" | "May use" | "KEYS", text: string): string[] {
  const found = new RegExp(`^-- ${word} (\\w+(?:, \\w+)*)$`, "m").exec(text);
  return found?.[1]?.split(", ") ?? [];
}
