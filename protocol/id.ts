import { CommandError } from "./errors.ts";
import { MAX_ID_BYTES } from "./limits.ts";

/**
 * Refuses a jid or wid that could not be told from others, or would be a burden to keep.
 * @param what the member's name, for the error
 * @throws CommandError
 */
export function checkId(what: string, id: string): void {
  checkText(what, id, MAX_ID_BYTES);
}

/** The same for any text that is kept as it is. @throws CommandError */
export function checkText(what: string, text: string, maxBytes: number): void {
  if (Buffer.byteLength(text) > maxBytes) {
    throw new CommandError(`${what} is longer than ${maxBytes} bytes`);
  }
  // Half of a surrogate pair is no character: as UTF-8, all such halves would be the same.
  if (!text.isWellFormed()) throw new CommandError(`${what} is not valid Unicode`);
}
