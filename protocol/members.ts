import { echo } from "./errors.ts";
import { decodeString, JsonError, type JsonMember, type JsonText } from "./json.ts";

/**
 * Reads typed members out of a scanned JSON object, as strictly as Faktory does: a number is an
 * integer only when it is written as one, null counts as absent, names match in any case, and of
 * two members with one name the last counts.
 */
export interface MemberTypes {
  string: string;
  int: number;
  strings: string[];
  /** Not decoded: where the value stands. */
  object: JsonMember;
  array: JsonMember;
}

/** Which members an object may have, and of which type; others are passed over. */
export type Shape = Record<string, keyof MemberTypes>;

export type Members<S extends Shape> = { [name in keyof S]?: MemberTypes[S[name]] };

export class MemberTypeError extends JsonError {}

/** Throws MemberTypeError for the first member in the text whose type is wrong. */
export function readMembers<S extends Shape>(
  text: Buffer,
  json: JsonText,
  shape: S,
  where: string,
): Members<S> {
  const members: Record<string, MemberTypes[keyof MemberTypes]> = {};
  for (const member of json.members) {
    const name = canonicalName(shape, member.name);
    if (name === undefined || member.kind === "null") continue;
    members[name] = decode(text, member, shape[name] as keyof MemberTypes, where, name);
  }
  return members as Members<S>;
}

/** The spelling of the shape for a name in any case; undefined for a name that it does not have. */
export function canonicalName<S extends Shape>(
  shape: S,
  name: string,
): (keyof S & string) | undefined {
  if (Object.hasOwn(shape, name)) return name;
  const lower = name.toLowerCase();
  return Object.hasOwn(shape, lower) ? lower : undefined;
}

function decode(
  text: Buffer,
  member: JsonMember,
  type: keyof MemberTypes,
  where: string,
  name: string,
): MemberTypes[keyof MemberTypes] {
  const written = () => text.toString("utf8", member.start, member.end);
  switch (type) {
    case "string":
      if (member.kind === "string") return decodeString(written().slice(1, -1));
      break;
    case "int":
      if (member.kind === "number" && isInteger(written())) return Number(written());
      break;
    case "strings": {
      const values: unknown = member.kind === "array" ? JSON.parse(written()) : undefined;
      if (isStrings(values)) return values;
      break;
    }
    default:
      if (member.kind === type) return member;
  }
  const found =
    member.kind === "number" && type === "int" ? `number ${echo(written())}` : member.kind;
  throw new MemberTypeError(
    `json: cannot unmarshal ${found} into Go struct field ${where}.${name} of type ${GO_TYPES[type]}`,
  );
}

/** The names that Faktory's error texts have for the types. */
const GO_TYPES: Record<keyof MemberTypes, string> = {
  string: "string",
  int: "int",
  strings: "[]string",
  object: "map[string]interface {}",
  array: "[]interface {}",
};

/** An integer of 64 bits, written without a fraction or an exponent. */
function isInteger(written: string): boolean {
  if (!/^-?\d+$/.test(written)) return false;
  if (written.length < 19) return true;
  return written.length <= 20 && BigInt.asIntN(64, BigInt(written)) === BigInt(written);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}
