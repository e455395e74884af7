import { CommandError } from "./errors.ts";
import { checkText } from "./id.ts";
import { MAX_TAG_BYTES, MAX_TAGS } from "./limits.ts";

/**
 * The tags of a job: the member `tags` of its `custom`, when that is an array of strings. Anything else
 * there is the client's own business.
 * @param custom the text of an object, known to be one
 */
export function findTags(custom: Buffer): string[] | undefined {
  if (!custom.includes("tags") && !custom.includes("\\u")) return undefined;
  // Of two members with one name the last counts, here as well.
  const members: unknown = JSON.parse(custom.toString());
  if (typeof members !== "object" || members === null || !("tags" in members)) return undefined;
  const { tags } = members;
  return isStrings(tags) && tags.length > 0 ? tags : undefined;
}

/**
 * The tags that a job is to have, each once.
 * @throws CommandError for more than a job can have, or one that is too long
 */
export function checkTags(tags: readonly string[]): string[] {
  const unique = [...new Set(tags)];
  if (unique.length > MAX_TAGS) throw new CommandError(`jobs have at most ${MAX_TAGS} tags`);
  for (const tag of unique) checkTag(tag);
  return unique;
}

/** @throws CommandError */
export function checkTag(tag: string): void {
  if (tag === "") throw new CommandError("a tag must not be empty");
  checkText("tag", tag, MAX_TAG_BYTES);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
