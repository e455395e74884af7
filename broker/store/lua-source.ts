import { readFileSync } from "node:fs";

/**
 * What Redis is given for a script: its file, and before it the shared files that its head names:
 *
 *     -- Uses records, endings
 *
 * makes of each a function, here `records()` and `endings()`, that returns what lua/shared/records.lua
 * does; the file is run when that is first called, if ever. A shared file names in the same way what it
 * uses itself, and the keys that it needs: `-- KEYS jobs, ties` are locals in it, and have to be among
 * those of the script. ADR 0013 has the reason.
 * @param keys of the script, in the order of its head
 * @throws Error for a file that is not there, or needs a key that the script does not name
 */
export function readLuaSource(name: string, keys: readonly string[]): string {
  const pieces = new Map<string, string>();
  const own = readLua(`${name}.lua`);
  for (const shared of namesAfter("Uses", own)) addShared(shared);
  return [...pieces.values(), own].join("\n");

  /** Once, and after those that it uses itself. */
  function addShared(shared: string): void {
    if (pieces.has(shared)) return;
    const text = readLua(`shared/${shared}.lua`);
    for (const other of namesAfter("Uses", text)) addShared(other);
    const needed = namesAfter("KEYS", text);
    const places = needed.map((key) => `KEYS[${placeOf(key, shared)}]`);
    const body = `(function(${needed.join(", ")})\n${text}end)(${places.join(", ")})`;
    pieces.set(shared, onFirstCall(shared, body));
  }

  function placeOf(key: string, shared: string): number {
    const index = keys.indexOf(key);
    if (index >= 0) return index + 1;
    throw new Error(`${name}.lua uses ${shared}.lua, which needs the key ${key}`);
  }
}

function onFirstCall(shared: string, body: string): string {
  return [
    `local ${shared}Made`,
    `local function ${shared}()`,
    `${shared}Made = ${shared}Made or ${body}`,
    `return ${shared}Made`,
    "end\n",
  ].join("\n");
}

function readLua(path: string): string {
  return readFileSync(new URL(`./lua/${path}`, import.meta.url), "utf8");
}

/** In the head of a file, `-- Word one, two`. */
function namesAfter(word: "Uses" | "KEYS", text: string): string[] {
  const found = new RegExp(`^-- ${word} (\\w+(?:, \\w+)*)$`, "m").exec(text);
  return found?.[1]?.split(", ") ?? [];
}
