import type { LogFields, Logger } from "../../broker/logger.ts";

export interface RecordingLogger extends Logger {
  /** All that was logged, with its level. */
  readonly lines: (LogFields & { level: string })[];
  /** The lines of one event. */
  of(event: string): LogFields[];
}

export function recordingLogger(): RecordingLogger {
  const lines: (LogFields & { level: string })[] = [];
  const note = (level: string) => (fields: LogFields) => void lines.push({ level, ...fields });
  return {
    lines,
    of: (event) => lines.filter((line) => line.event === event),
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
  };
}
