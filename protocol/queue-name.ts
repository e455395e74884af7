import { CommandError, quote } from "./errors.ts";
import { MAX_QUEUE_NAME_BYTES } from "./limits.ts";

/** FWP writes the rule so in its error text. */
const QUEUE_NAME = /^[a-zA-Z0-9._-]+$/;

/** @returns the name. Throws CommandError for one that no queue can have. */
export function checkQueueName(name: string): string {
  checkQueueNameLength(name);
  if (QUEUE_NAME.test(name)) return name;
  throw refusal(name, "queue names must match \\A[a-zA-Z0-9._-]+\\z");
}

/** @returns the name, whatever its characters. Throws CommandError for one that is too long. */
export function checkQueueNameLength(name: string): string {
  if (Buffer.byteLength(name) <= MAX_QUEUE_NAME_BYTES) return name;
  throw refusal(name, `queue names have at most ${MAX_QUEUE_NAME_BYTES} bytes`);
}

function refusal(name: string, rule: string): CommandError {
  return new CommandError(`cannot get ${quote(name)} queue: ${rule}`);
}
