import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Built } from "./program.ts";

/** A language whose tools are not on this machine. */
export class MissingToolchain extends Error {
  override readonly name = "MissingToolchain";
}

const SOURCES = fileURLToPath(new URL(".", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Where what is built and installed stays from one time to the next. */
const CACHE = join(REPOSITORY, "node_modules", ".cache", "millrace-compat");

export async function nodeProgram(): Promise<Built> {
  return { command: [process.execPath, "--import", "tsx", join(SOURCES, "node", "program.ts")] };
}

export async function goProgram(name: string): Promise<Built> {
  const file = join(CACHE, "go", name);
  await run(["go", "build", "-o", file, `./${name}`], { cwd: join(SOURCES, "go") });
  return { command: [file] };
}

/** The chain of docs/examples/go. */
export async function goExample(): Promise<Built> {
  const file = join(CACHE, "go", "chain");
  const cwd = join(REPOSITORY, "docs", "examples", "go");
  await run(["go", "build", "-o", file, "."], { cwd });
  return { command: [file] };
}

export async function rustProgram(): Promise<Built> {
  const target = join(CACHE, "rust");
  const environment = { CARGO_TARGET_DIR: target };
  await run(["cargo", "build", "--locked"], { cwd: join(SOURCES, "rust"), environment });
  return { command: [join(target, "debug", "millrace-compat")] };
}

export async function pythonProgram(file: string): Promise<Built> {
  return { command: [await python(), "-B", join(SOURCES, "python", file)] };
}

/** Whether that Python can run a statement. */
export async function canPython(statement: string): Promise<boolean> {
  try {
    await run([await python(), "-c", statement]);
    return true;
  } catch {
    return false;
  }
}

/** The Python of a virtual environment that has our requirements. */
async function python(): Promise<string> {
  const environment = join(CACHE, "python");
  const interpreter = join(environment, "bin", "python");
  const requirements = join(SOURCES, "python", "requirements.txt");
  const installed = join(environment, "installed.txt");
  const wanted = readFileSync(requirements, "utf8");
  if (!existsSync(installed) || readFileSync(installed, "utf8") !== wanted) {
    await run(["python3", "-m", "venv", "--clear", environment]);
    await run([interpreter, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements]);
    writeFileSync(installed, wanted);
  }
  return interpreter;
}

interface RunOptions {
  cwd?: string;
  environment?: NodeJS.ProcessEnv;
}

/** Runs a tool to its end. Rejects with what it wrote when that is not a good one. */
export async function run(
  [file = "", ...parameters]: readonly string[],
  { cwd = REPOSITORY, environment = {} }: RunOptions = {},
): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const child = spawn(file, parameters, {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`${file} ${parameters.join(" ")} failed:\n${output}`);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw isMissing ? new MissingToolchain(`there is no ${file} on this machine`) : error;
  }
}
