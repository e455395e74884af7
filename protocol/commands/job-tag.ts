import { encodeName, parseName } from "../name-argument.ts";
import { checkTag } from "../tags.ts";

export const JOB_TAG_USAGE = "JOB TAG <tag>";

/** JOB TAG, millrace's own. @returns the tag. @throws CommandError */
export function parseJobTag(argument: Buffer): string {
  const tag = parseName("tag", argument, JOB_TAG_USAGE);
  checkTag(tag);
  return tag;
}

export function encodeJobTag(tag: string): string {
  return `JOB TAG ${encodeName(tag)}`;
}
