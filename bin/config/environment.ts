import { homedir } from "node:os";
import { join } from "node:path";

/** FWP: what the broker runs for. Only development may do without a password. */
export const ENVIRONMENTS = ["development", "staging", "production"] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/** Where the data is when nothing else is said. */
export function defaultDirectory(environment: Environment): string {
  return environment === "development"
    ? join(homedir(), ".millrace", "db")
    : "/var/lib/millrace/db";
}

/** Faktory's places, so that its configuration is found. */
export function defaultConfigDirectory(environment: Environment): string {
  return environment === "development" ? join(homedir(), ".faktory") : "/etc/faktory";
}
