/** The server has refused a command. */
export class ServerError extends Error {
  override readonly name: string = "ServerError";
  /** `ERR`, or a code that tells what to do. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The job that a command is about is not this worker's any longer, or not under this lease. Nothing has
 * changed.
 */
export class StaleLease extends ServerError {
  override readonly name = "StaleLease";
}

/**
 * The job is not taken: one of its jid, the job on whose behalf it is pushed, or a tag of it was
 * cancelled; the last while jobs of the tag still run.
 */
export class Cancelled extends ServerError {
  override readonly name = "Cancelled";
}

/**
 * A batch or a chain is not begun, or not tried again: another one with its key has not ended. Nothing has
 * changed.
 */
export class Overlap extends ServerError {
  override readonly name = "Overlap";
  /** The one that has the key. */
  readonly bid: string;

  constructor(code: string, message: string, bid: string) {
    super(code, message);
    this.bid = bid;
  }
}

/** A chain that has failed is not tried again, since what it had done is undone, or is about to be. */
export class Compensated extends Error {
  override readonly name = "Compensated";
}

/**
 * The server does not let us in: it wants a password and there is none, or it has answered HELLO with
 * an error, for the most part since the password is wrong. One that only says that it is about to stop
 * is tried again instead.
 */
export class HandshakeRefused extends ServerError {
  override readonly name = "HandshakeRefused";
}

/**
 * The server could not be reached in the time that the call may take, or the connection broke. The
 * `cause` is the last thing that went wrong.
 */
export class ServerUnavailable extends Error {
  override readonly name = "ServerUnavailable";
  /** Whether the command had been sent: the server may have done it, and only its reply was lost. */
  readonly mayBeDone: boolean;

  constructor(message: string, options: ErrorOptions & { mayBeDone: boolean }) {
    super(message, options);
    this.mayBeDone = options.mayBeDone;
  }
}

/** The server is there and has not answered in the time that the call may take. It may yet do it. */
export class CallTimedOut extends Error {
  override readonly name = "CallTimedOut";
}

/** The client, or the worker that it belongs to, has been closed. */
export class ClientClosed extends Error {
  override readonly name = "ClientClosed";
}

/** The server does not know a verb: it is a classic Faktory, or an older millrace. */
export class NotSupported extends Error {
  override readonly name = "NotSupported";
}

/** Some jobs of a pushBulk were refused; all others are stored. */
export class JobsRefused extends Error {
  override readonly name = "JobsRefused";
  /** Why, by jid. */
  readonly refused: ReadonlyMap<string, string>;
  /** Of all jobs of the bulk, in the order in which they were given. */
  readonly jids: readonly string[];

  constructor(refused: ReadonlyMap<string, string>, jids: readonly string[]) {
    const [first] = refused;
    super(`${refused.size} jobs were refused, such as ${first?.[0]}: ${first?.[1]}`);
    this.refused = refused;
    this.jids = jids;
  }
}

/** An error reply, as what its code says. */
export function serverErrorOf({ code, message }: { code: string; message: string }): ServerError {
  if (code === "STALE") return new StaleLease(code, message);
  if (code === "CANCELLED" || code === "CANCELLING") return new Cancelled(code, message);
  const runs = code === "OVERLAP" ? /\bbatch (\S+) has /.exec(message)?.[1] : undefined;
  if (runs !== undefined) return new Overlap(code, message, runs);
  return new ServerError(code, message);
}

/**
 * As a Faktory says it of a verb that it has not, and of one that another edition of it has; and an older
 * millrace of a subcommand.
 */
const UNKNOWN = /^unknown command|^no such \w+ subcommand|only available in Faktory Enterprise/i;

/** FWP: nothing is known of the job. Its code says no more than ERR. */
export function isJobNotFound(error: unknown): boolean {
  return error instanceof ServerError && /^job not found/i.test(error.message);
}

/** FWP: the batch never was, was not committed in time, or is forgotten. */
export function isNoSuchBatch(error: unknown): boolean {
  return error instanceof ServerError && /^no such batch /i.test(error.message);
}

/** FWP has one code for nearly everything, so the text is all that tells. */
export function isUnknownCommand(error: unknown): boolean {
  return error instanceof ServerError && UNKNOWN.test(error.message);
}
