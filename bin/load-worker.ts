import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { Worker } from "../worker-sdk/worker.ts";

/** What is needed of a worker; it may be of another copy of the SDK. */
export type Runnable = Pick<Worker, "wid" | "events" | "run">;

/** Reads a module, and finds the worker that it exports. @throws Error that says what is wrong with it */
export async function loadWorker(file: string): Promise<Runnable> {
  const exported = new Map<string, unknown>(Object.entries(await load(file)));
  const worker = exported.get("worker");
  if (isRunnable(worker)) return worker;
  if (exported.has("worker")) {
    throw new Error(`what ${file} exports as "worker" is no Worker, but ${typeof worker}`);
  }
  const names = [...exported.keys()].join(", ") || "nothing";
  throw new Error(
    `${file} does not export a worker, only ${names}: export const worker = new Worker(…)`,
  );
}

async function load(file: string): Promise<object> {
  const path = resolve(file);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`no such file: ${path}`);
  if (!found.isFile()) throw new Error(`not a file: ${path}`);
  if (/\.[mc]?ts$/.test(path) && !canStripTypes()) await registerTsx(path);
  try {
    const loaded: unknown = await import(pathToFileURL(path).href);
    return isObject(loaded) ? loaded : {};
  } catch (error) {
    // Only Node itself can tell the place of it, and does so where nobody catches it.
    if (error instanceof SyntaxError) await leaveUncaught(error);
    throw new Error(`${file} could not be loaded: ${inspect(error)}`, { cause: error });
  }
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

/** The process ends with it. */
function leaveUncaught(error: Error): Promise<never> {
  return new Promise(() => {
    setImmediate(() => {
      throw error;
    });
  });
}

function isRunnable(value: unknown): value is Runnable {
  return isObject(value) && "run" in value && typeof value.run === "function" && "events" in value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
