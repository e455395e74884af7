import type { Logger } from "../broker/logger.ts";
import type { Problem } from "./config/problem.ts";

/** One line each: `config.error`, `config.warning` or `config.ignored`. */
export function logProblems(problems: readonly Problem[], log: Logger): void {
  for (const { severity, message, origin } of problems) {
    const line = { event: `config.${severity}`, message, ...(origin && { origin }) };
    log[severity === "error" ? "error" : "warn"](line);
  }
}
