/** What a value may be, and how it is read from where people write it. Both throw an Error that says what is expected. */
export interface Kind<Value> {
  /** From a flag or an environment variable. `warn` is for what is taken, though it looks wrong. */
  fromText: (text: string, warn: (message: string) => void) => Value;
  fromToml: (value: unknown, warn: (message: string) => void) => Value;
  show(value: Value): string;
}

/** Anything that is written as a text, in TOML in quotes. */
export function textual<Value>(
  parse: Kind<Value>["fromText"],
  show: (value: Value) => string = String,
): Kind<Value> {
  return {
    fromText: parse,
    fromToml(value, warn) {
      if (typeof value !== "string")
        throw new Error(`expected a text in quotes, got ${name(value)}`);
      return parse(value, warn);
    },
    show,
  };
}

export const text: Kind<string> = textual((given) => given);

/** One of a few words. */
export function choice<Word extends string>(words: readonly Word[]): Kind<Word> {
  return textual((given) => {
    const word = words.find((candidate) => candidate === given);
    if (word !== undefined) return word;
    throw new Error(`'${given}' is invalid. Allowed choices are ${words.join(", ")}.`);
  });
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): Kind<number> {
  const check = (value: number) => {
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new Error(`expected a whole number from ${min} to ${max}`);
  };
  return {
    fromText: (given) => check(/^\d+$/.test(given) ? Number(given) : Number.NaN),
    fromToml(value) {
      if (typeof value !== "number") throw new Error(`expected a number, got ${name(value)}`);
      return check(value);
    },
    show: String,
  };
}

export const truth: Kind<boolean> = {
  fromText(given) {
    if (given === "true" || given === "false") return given === "true";
    throw new Error("expected true or false");
  },
  fromToml(value) {
    if (typeof value !== "boolean") throw new Error(`expected true or false, got ${name(value)}`);
    return value;
  },
  show: String,
};

/** What TOML calls it. Never the value itself: it may be a password in the wrong place. */
function name(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a date";
  if (typeof value === "object") return "a table";
  if (typeof value === "string") return "a text";
  return `a ${typeof value}`;
}
