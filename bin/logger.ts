import { type DestinationStream, pino } from "pino";
import type { Logger } from "../broker/logger.ts";
import type { LogLevel } from "./config/log-level.ts";

/** Its level may be changed at any time. */
export interface ProcessLogger extends Logger {
  level: string;
}

/** One event a line on standard output: to read in a terminal, JSON otherwise. */
export async function createLogger(level: LogLevel): Promise<ProcessLogger> {
  const logger: ProcessLogger = process.stdout.isTTY
    ? pino({ level }, await forPeople())
    : pino({ level, timestamp: pino.stdTimeFunctions.isoTime });
  return logger;
}

/** Read only where there is a terminal: it takes a while, and a start should not. */
async function forPeople(): Promise<DestinationStream> {
  const { default: pretty } = await import("pino-pretty");
  return pretty({
    messageKey: "event",
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
    sync: true,
  });
}
