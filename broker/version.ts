import { createRequire } from "node:module";

// The package refers to itself by name, so that the path is right from the source and from dist/.
const description: unknown = createRequire(import.meta.url)("millrace/package.json");

export const MILLRACE_VERSION = readVersion(description);

function readVersion(value: unknown): string {
  if (typeof value === "object" && value !== null && "version" in value) {
    return String(value.version);
  }
  throw new TypeError("package.json has no version");
}
