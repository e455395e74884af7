import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import type { StopReport } from "../worker-sdk/worker-options.ts";

export const work = new Command("work")
  .summary("run a worker")
  .description("Run the worker that a module exports as `worker`, until SIGTERM or SIGINT.")
  .argument("<module>", "its file: .js, .mjs, or .ts")
  .addHelpText(
    "after",
    `
Example:
  millrace work ./worker.ts     where worker.ts has: export const worker = new Worker(…).handle(…)

The worker finds its server as it is told to: by FAKTORY_PROVIDER, FAKTORY_URL, or its own url. A .ts
file needs a Node that strips types (22.18 or later), or tsx in the project.`,
  )
  .action(async (file: string) => {
    const { jobs } = await (await loadWorker(file)).run();
    const left = jobs.filter(({ outcome }) => outcome === "handedBack" || outcome === "unreported");
    for (const { jid, type, outcome } of left) {
      process.stderr.write(`millrace: ${type} ${jid} was ${WORDS[outcome] ?? outcome}\n`);
    }
  });

const WORDS: Record<string, string> = {
  handedBack: "not finished, and handed back",
  unreported: "not reported: the server runs it again when its reservation ends",
};

interface Runnable {
  run(): Promise<StopReport>;
}

async function loadWorker(file: string): Promise<Runnable> {
  const exported = await load(resolve(file));
  const worker = typeof exported === "object" && exported !== null && "worker" in exported;
  if (worker && isRunnable(exported.worker)) return exported.worker;
  throw new Error(`${file} does not export a worker: export const worker = new Worker(…)`);
}

async function load(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  if (/\.[mc]?ts$/.test(path) && !canStripTypes()) await registerTsx(path);
  return await import(url);
}

/** Whether this Node reads TypeScript by itself, or somebody has taught it. */
function canStripTypes(): boolean {
  const { features, execArgv, env } = process;
  if ("typescript" in features && features.typescript) return true;
  return /\btsx\b|from-source/.test(`${execArgv.join(" ")} ${env["NODE_OPTIONS"] ?? ""}`);
}

/** The project's own tsx, wherever this program is installed; as `--import tsx` does. */
async function registerTsx(path: string): Promise<void> {
  let loader: string;
  try {
    loader = createRequire(path).resolve("tsx");
  } catch (cause) {
    throw new Error(
      `this Node ${process.version} does not read TypeScript: install tsx, or use Node 22.18`,
      { cause },
    );
  }
  await import(pathToFileURL(loader).href);
}

function isRunnable(value: unknown): value is Runnable {
  return typeof value === "object" && value !== null && "run" in value;
}
