import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** FWP: what the broker runs for. Only development may do without a password. */
export const ENVIRONMENTS = ["development", "staging", "production"] as const;

export type Environment = (typeof ENVIRONMENTS)[number];

/** Where the data is when -d does not say. */
export function defaultDirectory(environment: Environment): string {
  return environment === "development"
    ? join(homedir(), ".millrace", "db")
    : "/var/lib/millrace/db";
}

/** Faktory's places, so that its configuration is found. */
export function defaultConfigDirectory(environment: Environment): string {
  return environment === "development" ? join(homedir(), ".faktory") : "/etc/faktory";
}

/**
 * FAKTORY_PASSWORD, or the content of the file that it names with a leading slash.
 * @throws Error when there is none where one must be
 */
export function findPassword(environment: Environment, variables: NodeJS.ProcessEnv): string {
  const { FAKTORY_PASSWORD: given = "", FAKTORY_SKIP_PASSWORD: skip = "" } = variables;
  const password = given.startsWith("/") ? readFileSync(given, "utf8").trim() : given;
  if (password !== "" || environment === "development" || /^(1|true|yes)$/.test(skip))
    return password;
  throw new Error(
    `${environment} needs a password: set FAKTORY_PASSWORD, or FAKTORY_SKIP_PASSWORD=yes to let anybody in`,
  );
}
