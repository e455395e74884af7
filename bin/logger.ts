import { pino } from "pino";
import pretty from "pino-pretty";
import type { Logger } from "../broker/logger.ts";
import type { LogLevel } from "./config/log-level.ts";

/** Its level may be changed at any time. */
export interface ProcessLogger extends Logger {
  level: string;
}

/** One event a line on standard output: to read in a terminal, JSON otherwise. */
export function createLogger(level: LogLevel): ProcessLogger {
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
