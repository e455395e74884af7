import { CommandError } from "../errors.ts";
import { MAX_QUEUES } from "../limits.ts";
import { checkQueueNameLength } from "../queue-name.ts";

/**
 * FWP: FETCH. The queues in the order in which they are to be looked at.
 * Of a name only the length is checked: one that no queue can have just never brings a job.
 * @throws CommandError
 */
export function parseFetch(argument: Buffer): string[] {
  const text = argument.toString();
  if (!text.includes(" ")) return [checkQueueNameLength(text)];
  const queues = text.split(" ", MAX_QUEUES + 1);
  if (queues.length > MAX_QUEUES) {
    throw new CommandError(`FETCH takes at most ${MAX_QUEUES} queues`);
  }
  return [...new Set(queues.map(checkQueueNameLength))];
}

export function encodeFetch(queues: readonly string[]): string {
  return `FETCH ${queues.join(" ")}`;
}
