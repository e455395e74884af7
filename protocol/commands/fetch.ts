import { CommandError } from "../errors.ts";
import { MAX_QUEUES } from "../limits.ts";

/**
 * FWP: FETCH. The queues in the order in which they are to be looked at.
 * A name is not checked: one that no job can have just never brings a job.
 */
export function parseFetch(argument: Buffer): string[] {
  const text = argument.toString();
  if (!text.includes(" ")) return [text];
  const queues = text.split(" ", MAX_QUEUES + 1);
  if (queues.length > MAX_QUEUES) {
    throw new CommandError(`FETCH takes at most ${MAX_QUEUES} queues`);
  }
  return [...new Set(queues)];
}

export function encodeFetch(queues: readonly string[]): string {
  return `FETCH ${queues.join(" ")}`;
}
