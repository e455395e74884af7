import { readFileSync } from "node:fs";

/**
 * What Redis is given for a script: its file, and before it the shared files that its head names:
 *
 *     -- Uses record
 *
 * makes a local `record` of what lua/shared/record.lua returns. A shared file names in the same way
 * what it uses itself, and the keys that it needs: `-- KEYS jobs, ties` are locals in it, and have to
 * be among those of the script. ADR 0013 has the reason.
 * @param keys of the script, in the order of its head
 * @throws Error for a file that is not there, or needs a key that the script does not name
 */
export function readLuaSource(name: string, keys: readonly string[]): string {
  const own = readLua(`${name}.lua`);
  const used = new Map<string, string>();
  for (const shared of namesAfter("Uses", own)) addShared(shared, name, keys, used);
  return [...used.values(), own].join("\n");
}

/** Each once, and after those that it uses itself. */
function addShared(
  shared: string,
  script: string,
  keys: readonly string[],
  used: Map<string, string>,
): void {
  if (used.has(shared)) return;
  const text = readLua(`shared/${shared}.lua`);
  for (const other of namesAfter("Uses", text)) addShared(other, script, keys, used);
  const needed = namesAfter("KEYS", text);
  const places = needed.map((key) => {
    const index = keys.indexOf(key);
    if (index < 0) throw new Error(`${script}.lua uses ${shared}.lua, which needs the key ${key}`);
    return `KEYS[${index + 1}]`;
  });
  used.set(
    shared,
    `local ${shared} = (function(${needed.join(", ")})\n${text}end)(${places.join(", ")})\n`,
  );
}

function readLua(path: string): string {
  return readFileSync(new URL(`./lua/${path}`, import.meta.url), "utf8");
}

/** In the head of a file, `-- Word one, two`. */
function namesAfter(word: "Uses" | "KEYS", text: string): string[] {
  const found = new RegExp(`^-- ${word} (\\w+(?:, \\w+)*)$`, "m").exec(text);
  return found?.[1]?.split(", ") ?? [];
}
