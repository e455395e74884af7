import { createHash } from "node:crypto";
import { type Argument, type CallHead, EncodedCall, encodeHead } from "./encoded-call.ts";
import type { Keys } from "./keys.ts";
import { readLuaSource } from "./lua-source.ts";
import type { RedisLink } from "./redis-link.ts";

/**
 * One Lua file: a state transition. The definition names keys and arguments once more than the
 * file's header does, so that calls are by name and type-checked; that both agree is checked when
 * the broker starts.
 */
export interface ScriptDefinition<Fixed extends string, Each extends string, Result> {
  /** The file is lua/<name>.lua. */
  name: string;
  keys: readonly (keyof Keys)[];
  /** Arguments that a call gives once. */
  fixed: readonly Fixed[];
  /** Arguments that a call gives for each of its items. */
  each: readonly Each[];
  /** Reads the script's reply. Throws when it is not what the file's header promises. */
  parse: (reply: unknown) => Result;
}

export class Script<Fixed extends string, Each extends string, Result> {
  readonly #definition: ScriptDefinition<Fixed, Each, Result>;
  readonly #source: string;
  readonly #sha: string;
  #lastHead: { keys: Keys; head: CallHead } | undefined;

  constructor(definition: ScriptDefinition<Fixed, Each, Result>) {
    this.#definition = definition;
    this.#source = readLuaSource(definition.name, definition.keys);
    this.#sha = createHash("sha1").update(this.#source).digest("hex");
    checkHeader(definition, this.#source);
  }

  async run(
    link: RedisLink,
    keys: Keys,
    fixed: Record<Fixed, Argument>,
    items: readonly Record<Each, Argument>[] = [],
  ): Promise<Result> {
    const { fixed: fixedNames, each, parse } = this.#definition;
    const parameters: Argument[] = [];
    for (const name of fixedNames) parameters.push(fixed[name]);
    for (const item of items) for (const name of each) parameters.push(item[name]);
    return parse(await this.#evaluate(link, keys, parameters));
  }

  async #evaluate(link: RedisLink, keys: Keys, parameters: Argument[]): Promise<unknown> {
    try {
      return await link.send(new EncodedCall(this.#headFor(keys), parameters));
    } catch (error) {
      // Nothing has run yet: Redis has restarted, or was told to forget its scripts.
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      const head = this.#head("EVAL", this.#source, keys);
      return await link.send(new EncodedCall(head, parameters));
    }
  }

  /** As good as always the same keys: a process has one namespace. */
  #headFor(keys: Keys): CallHead {
    if (this.#lastHead?.keys !== keys) {
      this.#lastHead = { keys, head: this.#head("EVALSHA", this.#sha, keys) };
    }
    return this.#lastHead.head;
  }

  #head(verb: "EVAL" | "EVALSHA", script: string, keys: Keys): CallHead {
    const names = this.#definition.keys.map((name) => keys[name]);
    return encodeHead(verb, [script, names.length, ...names]);
  }
}

/** Throws when the comment at the head of the file names other keys or arguments. */
function checkHeader(
  { name, keys, fixed, each }: ScriptDefinition<string, string, unknown>,
  source: string,
): void {
  const found = [...source.matchAll(/^-- (KEYS|ARGV)\[(\d+)\] (each )?(\w+)/gm)];
  const inHeader = found.map(
    ([, kind, index, isEach, word]) => `${kind}[${index}] ${isEach ?? ""}${word}`,
  );
  const defined = [
    ...keys.map((key, index) => `KEYS[${index + 1}] ${key}`),
    ...fixed.map((word, index) => `ARGV[${index + 1}] ${word}`),
    ...each.map((word, index) => `ARGV[${fixed.length + index + 1}] each ${word}`),
  ];
  if (inHeader.join("\n") !== defined.join("\n")) {
    throw new Error(
      `${name}.lua and its definition disagree.\nThe file: ${inHeader.join(", ")}\nThe definition: ${defined.join(", ")}`,
    );
  }
}
