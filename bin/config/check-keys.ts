import type { ConfD } from "./conf-d.ts";
import type { Problem } from "./problem.ts";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";
import { isWithin } from "./toml-table.ts";

const known = Object.values<Setting<unknown>>(settings)
  .filter(({ isInFiles }) => isInFiles)
  .map(({ name }) => name);

/** What Faktory's users may have in their files, and what becomes of it here. */
const IGNORED: Readonly<Record<string, string>> = {
  cron: "this version runs no periodic jobs",
  throttles: "this version does not throttle queues",
  statsd: "this version sends no metrics",
  webui: "this version has no web pages",
  queues: "it means nothing to Faktory either",
  security: "it means nothing to Faktory either; TLS takes private.key.pem and public.cert.pem",
};

/** What the files say that nobody will read, and tables that are none. */
export function checkKeys({ keys }: ConfD): Problem[] {
  const problems: Problem[] = [];
  /** Said once; what is inside of it is not gone through. */
  const done = new Set<string>();
  const isDone = (path: string) => [...done].some((said) => isWithin(said, path));
  for (const { path, kind, isListed, origin } of keys) {
    // Whether the value of a known key is right, its setting says.
    if (isDone(path) || known.some((name) => isWithin(name, path))) continue;
    const isTable = kind === "table" && !isListed;
    const isKnownTable = known.some((name) => isWithin(path, name));
    if (isKnownTable && isTable) continue;
    const [section = ""] = path.split(".");
    const reason = Object.hasOwn(IGNORED, section) ? IGNORED[section] : undefined;
    if (isKnownTable) {
      done.add(path);
      problems.push({ severity: "error", message: `${path} is to be a table, [${path}]`, origin });
    } else if (reason !== undefined) {
      done.add(section);
      const header = isListed ? `[[${section}]]` : `[${section}]`;
      problems.push({ severity: "ignored", message: `${header}: ${reason}`, origin });
    } else {
      const isSection = !known.some((name) => isWithin(section, name));
      const what = isSection ? section : path;
      done.add(what);
      problems.push({ severity: "warning", message: `${what} is unknown`, origin });
    }
  }
  return problems;
}
