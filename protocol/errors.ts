import { MAX_ECHO_CHARACTERS } from "./limits.ts";

/**
 * An error that a client may act on: it becomes one line, `-CODE message`.
 * Anything else that is thrown while a command runs is a bug and answers `-ERR internal error`.
 */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** `ERR`, unless the code itself tells a client what to do. */
  readonly code: string;
  /** The job that is refused, where a command has many. */
  readonly jid: string | undefined;

  constructor(message: string, options: ErrorOptions & { code?: string; jid?: string } = {}) {
    // It is an answer and no fault: nobody asks where it came from, and to find that out is most of
    // what it costs. A client may cause hundreds of thousands with one command.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = options.code ?? "ERR";
    this.jid = options.jid;
  }
}

/** What a client sent, as an error message may repeat it: short, whatever its length was. */
export function echo(argument: Buffer | string): string {
  const text = argument.toString();
  return text.length > MAX_ECHO_CHARACTERS ? `${text.slice(0, MAX_ECHO_CHARACTERS)}…` : text;
}

/** The same in quotes, with whatever could break the line escaped. */
export function quote(text: string): string {
  return JSON.stringify(echo(text));
}
