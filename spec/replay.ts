import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Control } from "./control.ts";
import { type Failure, play, type Server } from "./play.ts";
import { parseTranscript, type Transcript } from "./transcript.ts";

const USAGE = `npm run conform -- HOST:PORT [options] [file…]

Replays the transcripts of spec/transcripts, or the files given, against a Faktory-compatible server.

WARNING: every transcript starts with a FLUSH, which deletes every job on the server.

  --password PW      the server's password; then only the transcripts that need one run
  --only TEXT        only the transcripts with TEXT in their name
  --feature NAME     the server has NAME (a transcript's "# needs:"); may be repeated;
                     by default a millrace has every feature, and a Faktory none
  --flush-anything   allow a server that is not on this machine
  --help             print this
`;

const TRANSCRIPTS = fileURLToPath(new URL("transcripts/", import.meta.url));

export interface ReplayOptions extends Server {
  /** Default: all of spec/transcripts. */
  files?: string[];
  /** What `# needs:` may ask for. Default: everything of a millrace, nothing of a Faktory. */
  features?: string[];
  /** Called after each transcript. */
  onResult?: (result: Result) => void;
}

export type Result = { name: string } & (
  | { outcome: "passed"; log: string[] }
  | { outcome: "failed"; log: string[]; failure: Failure }
  | { outcome: "skipped"; reason: string }
);

/** Replays transcripts one after another, and FLUSHES the server before each of them. */
export async function replay(options: ReplayOptions): Promise<Result[]> {
  const control = await Control.open(options);
  const results: Result[] = [];
  try {
    for (const file of options.files ?? (await listTranscripts())) {
      const transcript = parseTranscript(basename(file, ".txt"), await readFile(file, "utf8"));
      const result = await replayOne(transcript, control, options);
      results.push(result);
      options.onResult?.(result);
    }
  } finally {
    control.close();
  }
  return results;
}

export async function listTranscripts(): Promise<string[]> {
  const names = await readdir(TRANSCRIPTS);
  const transcripts = names.filter((name) => name.endsWith(".txt"));
  return transcripts.toSorted().map((name) => join(TRANSCRIPTS, name));
}

async function replayOne(
  transcript: Transcript,
  control: Control,
  options: ReplayOptions,
): Promise<Result> {
  const { name } = transcript;
  const reason = findReasonToSkip(transcript, control, options.features);
  if (reason !== undefined) return { name, outcome: "skipped", reason };
  await control.reset();
  const { log, failure } = await play(transcript, options);
  return failure ? { name, outcome: "failed", log, failure } : { name, outcome: "passed", log };
}

function findReasonToSkip(
  { needs, differsFromFaktory }: Transcript,
  { asksForPassword, isClassic }: Control,
  features: string[] | undefined,
): string | undefined {
  const needsPassword = needs.includes("password");
  if (needsPassword && !asksForPassword) return "the server asks for no password";
  if (!needsPassword && asksForPassword) return "the server asks for a password";
  const has = (feature: string): boolean => features?.includes(feature) ?? !isClassic;
  const missing = needs.find((need) => need !== "password" && !has(need));
  if (missing !== undefined) return `the server has no ${missing}`;
  return differsFromFaktory && isClassic ? "a Faktory differs here" : undefined;
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      password: { type: "string" },
      only: { type: "string", default: "" },
      feature: { type: "string", multiple: true },
      "flush-anything": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [address, ...given] = positionals;
  if (values.help || address === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const { host, port } = parseAddress(address);
  if (!isLoopback(host) && !values["flush-anything"]) {
    throw new Error(`${host} is not this machine: its jobs are deleted only with --flush-anything`);
  }
  const files = given.length > 0 ? given : await listTranscripts();
  const results = await replay({
    host,
    port,
    password: values.password,
    files: files.filter((file) => basename(file).includes(values.only)),
    ...(values.feature && { features: values.feature }),
    onResult: (result) => process.stdout.write(`${describe(result)}\n`),
  });
  const count = (outcome: Result["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  process.stdout.write(
    `${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped\n`,
  );
  process.exitCode = count("failed") === 0 && count("passed") > 0 ? 0 : 1;
}

function parseAddress(address: string): { host: string; port: number } {
  const [, host, port] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(address) ?? [];
  if (host === undefined) throw new Error(`not HOST:PORT: ${address}`);
  return { host, port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

function describe(result: Result): string {
  if (result.outcome === "passed") return `ok        ${result.name}`;
  if (result.outcome === "skipped") return `left out  ${result.name}: ${result.reason}`;
  const { line, expected, actual } = result.failure;
  return [
    `FAILED    ${result.name}, line ${line}`,
    ...result.log.map((said) => `            ${said}`),
    `  expected  ${expected}`,
    `  actual    ${actual}`,
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  });
}
