import { type Kind, textual } from "./kind.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** What Faktory knows is taken; and so is any other word, which there means warnings and errors. */
export const logLevel: Kind<LogLevel> = textual((given, warn) => {
  const level = LOG_LEVELS.find((candidate) => candidate === given);
  if (level !== undefined) return level;
  if (given === "fatal") return "error";
  if (given !== "warning") {
    warn(`'${given}' is no log level, warn is used. There are ${LOG_LEVELS.join(", ")}`);
  }
  return "warn";
});
