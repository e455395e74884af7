import { Command } from "commander";
import { callBroker } from "./call-broker.ts";

export const info = new Command("info")
  .summary("show what a broker holds")
  .description("Show what a broker holds and does.")
  .option("--json", "as the broker sends it")
  .option(
    "--url <url>",
    "the broker (default: FAKTORY_PROVIDER, FAKTORY_URL or tcp://localhost:7419)",
  )
  .action(async ({ json, url }: { json?: boolean; url?: string }) => {
    const text = await callBroker(url, "INFO");
    process.stdout.write(`${json ? text : describe(text)}\n`);
  });

/** One line a value, named by its path: `faktory.queues.default  12`. */
function describe(text: string): string {
  const rows = flatten(JSON.parse(text), []);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function flatten(value: unknown, path: string[]): [name: string, value: string][] {
  if (typeof value !== "object" || value === null) return [[path.join("."), String(value)]];
  return Object.entries(value).flatMap(([name, member]) => flatten(member, [...path, name]));
}
