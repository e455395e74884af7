/**
 * Where events go: pino's shape, but nothing here depends on it. One event a line, with its name
 * in `event`; never a job's arguments, never a password.
 */
export interface Logger {
  debug(fields: LogFields): void;
  info(fields: LogFields): void;
  warn(fields: LogFields): void;
  error(fields: LogFields): void;
}

export interface LogFields {
  event: string;
  /** What went wrong, with its stack. */
  err?: unknown;
  [field: string]: unknown;
}

/** For those who embed a broker and want no log. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
