import { CommandError, quote } from "./errors.ts";

/** FWP writes the rule so in its error text. */
const QUEUE_NAME = /^[a-zA-Z0-9._-]+$/;

/** @returns the name. Throws CommandError for one that no queue can have. */
export function checkQueueName(name: string): string {
  if (QUEUE_NAME.test(name)) return name;
  throw new CommandError(
    `cannot get ${quote(name)} queue: queue names must match \\A[a-zA-Z0-9._-]+\\z`,
  );
}
