import { echo } from "./errors.ts";
import { decodeString, JsonError, type JsonMember, type JsonText } from "./json.ts";

/**
 * Reads typed members out of a scanned JSON object, as strictly as Faktory does: a number is an
 * integer only when it is written as one, null counts as absent, names match in any case, and of
 * two members with one name the last counts. Where that one is null, see `isTakenBackByNull`.
 */
export interface MemberTypes {
  string: string;
  /** A string as well, which Faktory's error texts call by a name of its own. */
  structure: string;
  /** Up to 64 bits on the wire; one that a number does not hold exactly is the nearest that it does. */
  int: number;
  /** An integer as well; one that a number does not hold exactly is no safe integer. */
  int64: number;
  /** Any number, as near as it can be held. */
  number: number;
  bool: boolean;
  strings: string[];
  /** Not decoded: where the value stands. */
  object: JsonMember;
  /** Objects as well, which Faktory's error texts call by names of their own. */
  failure: JsonMember;
  filter: JsonMember;
  array: JsonMember;
  /** Anything but null. */
  value: JsonMember;
}

/** Which members an object may have, and of which type; others are passed over. */
export type Shape = Record<string, keyof MemberTypes>;

export type Members<S extends Shape> = { [name in keyof S]?: MemberTypes[S[name]] };

export class MemberTypeError extends JsonError {}

/** Throws MemberTypeError for the first member in the text whose type is wrong. */
export function readMembers<S extends Shape>(json: JsonText, shape: S, where: string): Members<S> {
  const members: Record<string, MemberTypes[keyof MemberTypes]> = {};
  for (const member of json.members) {
    const name = canonicalName(shape, member.name);
    if (name === undefined) continue;
    const type = shape[name] as keyof MemberTypes;
    if (member.kind !== "null") members[name] = decode(json, member, type, `${where}.${name}`);
    else if (isTakenBackByNull(type)) delete members[name];
  }
  return members as Members<S>;
}

/**
 * Whether null undoes an earlier member with the same name. To Faktory's decoder arrays and objects
 * are references, which null empties; a string or a number is left as it was.
 */
export function isTakenBackByNull(type: keyof MemberTypes): boolean {
  return !LEFT_BY_NULL.has(type);
}

const LEFT_BY_NULL = new Set<string>(["string", "structure", "int", "int64", "number", "bool"]);

/** The names of each shape: to find one among them is less work than to ask the object for it. */
const namesOf = new WeakMap<Shape, ReadonlyMap<string, string>>();

/** The spelling of the shape for a name in any case; undefined for a name that it does not have. */
export function canonicalName<S extends Shape>(
  shape: S,
  name: string,
): (keyof S & string) | undefined {
  let names = namesOf.get(shape);
  if (names === undefined) {
    names = new Map(Object.keys(shape).map((known) => [known, known]));
    namesOf.set(shape, names);
  }
  return names.get(name) ?? names.get(name.toLowerCase());
}

function decode(
  { slice }: JsonText,
  member: JsonMember,
  type: keyof MemberTypes,
  path: string,
): MemberTypes[keyof MemberTypes] {
  const { kind, start, end } = member;
  switch (type) {
    case "string":
    case "structure":
      if (kind === "string") return decodeString(slice(start + 1, end - 1));
      break;
    case "int":
      if (kind === "number") return toExact(readInteger(slice(start, end), path));
      break;
    case "int64":
      if (kind === "number") return readInteger(slice(start, end), path);
      break;
    case "number":
      if (kind === "number") return Number(slice(start, end));
      break;
    case "bool":
      if (kind === "bool") return slice(start, end) === "true";
      break;
    case "strings":
      if (kind === "array") return decodeStrings(JSON.parse(slice(start, end)), path);
      break;
    case "array":
      if (kind === "array") return member;
      break;
    case "value":
      return member;
    default:
      if (kind === "object") return member;
  }
  throw mismatch(kind, path, GO_TYPES[type]);
}

function readInteger(written: string, path: string): number {
  if (!isInteger(written)) throw mismatch(`number ${echo(written)}`, path, "int");
  return Number(written);
}

function decodeStrings(elements: unknown, path: string): string[] {
  if (!Array.isArray(elements)) throw mismatch("object", path, GO_TYPES.strings);
  return elements.map((element: unknown) => {
    if (typeof element === "string") return element;
    if (element === null) return "";
    throw mismatch(kindOf(element), path, "string");
  });
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function mismatch(found: string, path: string, type: string): MemberTypeError {
  return new MemberTypeError(
    `json: cannot unmarshal ${found} into Go struct field ${path} of type ${type}`,
  );
}

/** The names that Faktory's error texts have for the types. */
const GO_TYPES: Record<keyof MemberTypes, string> = {
  string: "string",
  structure: "client.Structure",
  int: "int",
  int64: "int",
  number: "float64",
  bool: "bool",
  strings: "[]string",
  object: "map[string]interface {}",
  failure: "client.Failure",
  filter: "client.JobFilter",
  array: "[]interface {}",
  value: "interface {}",
};

/**
 * Beyond 2^53 a number stands for several integers, and is rounded to one that may not fit 64 bits
 * any longer: a client that is told of it could not read it. Whoever counts so far means "for ever".
 */
function toExact(value: number): number {
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** An integer of 64 bits, written without a fraction or an exponent. */
function isInteger(written: string): boolean {
  if (!/^-?\d+$/.test(written)) return false;
  if (written.length < 19) return true;
  return written.length <= 20 && BigInt.asIntN(64, BigInt(written)) === BigInt(written);
}
