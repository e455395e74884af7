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
  const own = readLua(`${name}.lua`);
  const texts = new Map<string, string>();
  readUsed(own);
  if (texts.size === 0) return own;
  // Two files may use each other.
  const declaration = `local ${[...texts.keys()].join(", ")}\n`;
  const functions = Array.from(texts, ([shared, text]) =>
    onFirstCall(shared, bodyOf(shared, text)),
  );
  return [declaration, ...functions, own].join("\n");

  function readUsed(text: string): void {
    for (const shared of namesAfter("Uses", text)) {
      if (texts.has(shared)) continue;
      texts.set(shared, readLua(`shared/${shared}.lua`));
      readUsed(texts.get(shared) ?? "");
    }
  }

  function bodyOf(shared: string, text: string): string {
    const needed = namesAfter("KEYS", text);
    const places = needed.map((key) => `KEYS[${placeOf(key, shared)}]`);
    return `(function(${needed.join(", ")})\n${text}end)(${places.join(", ")})`;
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
    `function ${shared}()`,
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
