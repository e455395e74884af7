import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import type { Problem } from "./problem.ts";
import type { Resolved } from "./resolve.ts";

interface Circumstances {
  environment: Environment;
  configDirectory: string;
  variables: NodeJS.ProcessEnv;
  report: (problem: Problem) => void;
}

/**
 * FWP: a given password that starts with a slash is the file that holds it; where none is given,
 * one is demanded outside of development, and looked for where Faktory's packages put it.
 */
export function completePassword(
  given: Resolved<string>,
  { environment, configDirectory, variables, report }: Circumstances,
): Resolved<string> {
  const isDemanded =
    environment !== "development" &&
    !/^(1|true|yes)$/.test(variables["FAKTORY_SKIP_PASSWORD"] ?? "");
  if (given.value.startsWith("/")) return fromFile(given.value, given.origin, report);
  if (given.value !== "" || !isDemanded) return given;
  const packaged = join(configDirectory, "password");
  if (existsSync(packaged)) return fromFile(packaged, "default", report);
  report({
    severity: "error",
    message: `${environment} needs a password: set FAKTORY_PASSWORD, or FAKTORY_SKIP_PASSWORD=yes to let anybody in`,
  });
  return given;
}

function fromFile(
  file: string,
  said: string,
  report: (problem: Problem) => void,
): Resolved<string> {
  const origin = said === "default" ? file : `${said}, ${file}`;
  const fail = (message: string) => report({ severity: "error", message, origin: said });
  let value = "";
  try {
    value = readFileSync(file, "utf8").trim();
    // Who names a file wants a password: an empty one would let anybody in.
    if (value === "") fail(`the password file ${file} is empty`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    fail(`the password file can't be read: ${reason}`);
  }
  return { value, origin };
}
