import { CommandError } from "../protocol/errors.ts";
import { checkQueueName } from "../protocol/queue-name.ts";

/** @throws RangeError for a name that no queue can have: on the wire it might be two, or a command */
export function checkQueue(name: string): void {
  try {
    checkQueueName(name);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new RangeError(error.message, { cause: error });
  }
}
