/** Where a worker tells what it does: pino's shape, though nothing here depends on it. */
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

/** What a worker has that was given none. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Adds fields to every line. */
export function childLogger(parent: Logger, fields: Record<string, unknown>): Logger {
  // A handful of objects a job for nobody.
  if (parent === silentLogger) return parent;
  return {
    debug: (own) => parent.debug({ ...fields, ...own }),
    info: (own) => parent.info({ ...fields, ...own }),
    warn: (own) => parent.warn({ ...fields, ...own }),
    error: (own) => parent.error({ ...fields, ...own }),
  };
}
