import { pino } from "pino";
import pretty from "pino-pretty";
import type { Logger } from "../broker/logger.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** One event a line on standard output: to read in a terminal, JSON otherwise. */
export function createLogger(level: LogLevel): Logger {
  if (!process.stdout.isTTY) return pino({ level, timestamp: pino.stdTimeFunctions.isoTime });
  const stream = pretty({
    messageKey: "event",
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
    sync: true,
  });
  return pino({ level }, stream);
}
