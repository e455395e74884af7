import { isUnknownCommand, NotSupported } from "./errors.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import { readText } from "./replies.ts";

/**
 * The text with which a millrace answers. Where nothing else is said it is asked again when that was lost.
 * @throws NotSupported where a classic server knows no such verb
 */
export async function ask(
  link: ClientLink,
  line: string,
  options?: CallOptions & { isRepeatable?: boolean },
): Promise<string> {
  try {
    return readText(await link.call(line, options));
  } catch (error) {
    throw asNotSupported(error, line);
  }
}

/** The same of what is answered with OK. As a rule it may not be repeated, since it is another matter by then. */
export async function order(
  link: ClientLink,
  line: string,
  options?: CallOptions & { isRepeatable?: boolean },
): Promise<void> {
  try {
    await link.call(line, { isRepeatable: false, ...options });
  } catch (error) {
    throw asNotSupported(error, line);
  }
}

function asNotSupported(error: unknown, line: string): unknown {
  if (!isUnknownCommand(error)) return error;
  const [verb] = line.split(" ", 1);
  return new NotSupported(`this server has no ${verb}`, { cause: error });
}
