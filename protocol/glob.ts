import { CommandError } from "./errors.ts";

/** Steps for each character of the text, and besides: any pattern that a person writes needs two or three. */
const MAX_STEPS = { aCharacter: 10, besides: 100_000 };

/** So many steps are taken between two pauses: a fraction of a millisecond. */
const STEPS_A_PAUSE = 10_000;

/**
 * A glob as Redis has it: `*` any text, `?` any character, `[a-z]` or `[^a-z]` one of a class, and a
 * backslash that takes the next character as it is. FWP: MUTATE's `regexp`.
 *
 * It is matched with one point of return, not as a regular expression, so that no pattern takes
 * longer than its length times the text's; and one that would come near that is given up.
 */
export class Glob {
  readonly #parts: Part[];

  constructor(pattern: string) {
    this.#parts = parse(pattern);
  }

  /**
   * Whether the text matches is the last value; before it comes `undefined` now and then, since a
   * long text takes long. Throws CommandError when it would take too long.
   */
  *matching(text: string): Generator<boolean | undefined> {
    let steps = MAX_STEPS.aCharacter * text.length + MAX_STEPS.besides;
    const parts = this.#parts;
    let part = 0;
    let at = 0;
    let starPart = -1;
    let starAt = 0;
    while (at < text.length) {
      if (steps-- === 0) throw new CommandError("this regexp takes too long: make it simpler");
      if (steps % STEPS_A_PAUSE === 0) yield undefined;
      const wanted = parts[part];
      if (wanted === "*") {
        starPart = part++;
        starAt = at;
      } else if (wanted?.(text.charAt(at))) {
        part++;
        at++;
      } else if (starPart >= 0) {
        // The last star takes one character more, and the rest is tried again.
        part = starPart + 1;
        at = ++starAt;
      } else {
        yield false;
        return;
      }
    }
    yield parts.slice(part).every((rest) => rest === "*");
  }
}

type Part = "*" | ((character: string) => boolean);

function parse(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") {
      parts.push("*");
    } else if (character === "?") {
      parts.push(() => true);
    } else if (character === "[") {
      const end = endOfClass(pattern, at);
      parts.push(characterClass(pattern.slice(at + 1, end)));
      at = end;
    } else {
      const literal =
        character === "\\" && at + 1 < pattern.length ? pattern.charAt(++at) : character;
      parts.push((one) => one === literal);
    }
  }
  return parts;
}

/** Where the closing bracket is; a class that is not closed reaches to the end. */
function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern.charAt(at) === "\\") at++;
    else if (pattern.charAt(at) === "]") return at;
  }
  return pattern.length;
}

function characterClass(written: string): (character: string) => boolean {
  const isNegated = written.startsWith("^");
  const ranges: [first: string, last: string][] = [];
  const characters = [...written.slice(isNegated ? 1 : 0).matchAll(/\\?([\s\S])/g)].map(
    ([, character = ""]) => character,
  );
  for (let at = 0; at < characters.length; at++) {
    const first = characters[at] ?? "";
    const isRange = characters[at + 1] === "-" && at + 2 < characters.length;
    const last = isRange ? (characters[at + 2] ?? first) : first;
    ranges.push(first <= last ? [first, last] : [last, first]);
    if (isRange) at += 2;
  }
  return (character) =>
    ranges.some(([first, last]) => character >= first && character <= last) !== isNegated;
}
