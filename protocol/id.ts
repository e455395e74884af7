import { CommandError } from "./errors.ts";
import { MAX_ID_BYTES } from "./limits.ts";

/**
 * Refuses a jid or wid that could not be told from others, or would be a burden to keep.
 * @param what the member's name, for the error
 * @throws CommandError
 */
export function checkId(what: string, id: string): void {
  if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw new CommandError(`${what} is longer than ${MAX_ID_BYTES} bytes`);
  }
  // Half of a surrogate pair is no character: as UTF-8, all such halves would be the same.
  if (!id.isWellFormed()) throw new CommandError(`${what} is not valid Unicode`);
}
