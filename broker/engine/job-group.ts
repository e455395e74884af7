import { quote } from "../../protocol/errors.ts";

/** The name by which the store knows all jobs with a tag. Another kind of group has another word. */
export function groupOfTag(tag: string): string {
  return `tag:${tag}`;
}

/** The same in the words of an error. */
export function describeGroup(group: string): string {
  const colon = group.indexOf(":");
  return `${group.slice(0, colon)} ${quote(group.slice(colon + 1))}`;
}

/** The same for a batch's. */
export function groupOfBatch(bid: string): string {
  return `batch:${bid}`;
}
