/**
 * The tags of a job: the member `tags` of its `custom`, when that is an array of strings. Anything else
 * there is the client's own business.
 * @param custom the text of an object, known to be one
 */
export function findTags(custom: Buffer): string[] | undefined {
  // Of two members with one name the last counts, here as well.
  const members: unknown = JSON.parse(custom.toString());
  if (typeof members !== "object" || members === null || !("tags" in members)) return undefined;
  const { tags } = members;
  return isStrings(tags) && tags.length > 0 ? tags : undefined;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
