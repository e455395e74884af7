import { spawnSync } from "node:child_process";
import { isIP } from "node:net";
import { Command, InvalidArgumentError, Option } from "commander";
import { describeRun, publish, saveResults } from "./report/results.ts";
import { table } from "./report/table.ts";
import { root } from "./root.ts";
import type { Scenario, ScenarioResult } from "./scenario.ts";
import { scenarios } from "./scenarios/index.ts";
import type { Settings } from "./settings.ts";

interface Options {
  only?: string;
  rounds: number;
  quick?: boolean;
  shape: Settings["shape"];
  faktory?: string;
  peer?: URL;
  flushAnything?: true;
  build: boolean;
  publish?: true;
}

const JOB_BYTES = 200;

const program = new Command("npm run bench --")
  .description("Measures millrace, beside other servers. What each row does: bench/README.md.")
  .option("--only <row>", "only the scenarios whose name begins so")
  .option("--rounds <n>", "rounds of each scenario", positive, 5)
  .option("--quick", "one short round with small numbers, to see that everything works")
  .addOption(
    new Option("--shape <shape>", "what the connections of the jobs-… scenarios do")
      .choices(["cycle", "halves"])
      .default("cycle"),
  )
  .addOption(
    new Option("--faktory <path>", "a Faktory's program, to compare with").env("FAKTORY_BIN"),
  )
  .option("--peer <url>", "another server that runs, tcp://HOST:PORT; it is FLUSHED", serverUrl)
  .option("--flush-anything", "allow a peer that is not on this machine")
  .option("--no-build", "measure dist as it is")
  .addOption(
    new Option("--publish", "put the table of a full run into bench/README.md").conflicts([
      "only",
      "quick",
    ]),
  )
  .addHelpText("after", `\nRows:\n${scenarios.map(describe).join("\n")}`);

await program.action(run).parseAsync();

async function run(options: Options): Promise<void> {
  const { only, build } = options;
  const chosen = scenarios.filter(({ name }) => name.startsWith(only ?? ""));
  if (chosen.length === 0) return program.error(`no row begins with ${only} (see --help)`);
  const { peer, flushAnything } = options;
  if (peer !== undefined && flushAnything === undefined && !isLocal(peer)) {
    return program.error("the peer is not on this machine, and would be flushed: --flush-anything");
  }
  if (build && !buildDist()) return program.error("the build failed");
  const settings = settingsFor(options);
  const about = describeRun(settings);
  console.log(JSON.stringify({ commit: about.commit, ...about.machine, ...settings }));
  const results: Record<string, ScenarioResult> = {};
  for (const scenario of chosen) {
    console.log(`\n${scenario.name}: ${scenario.summary}; jobs of ${JOB_BYTES} bytes`);
    results[scenario.name] = await scenario.run(settings).catch((error: unknown) => {
      process.exitCode = 1;
      return failed(scenario, error);
    });
  }
  const rows = Object.values(results).flatMap((result) => result.rows);
  console.log(`\n${table(rows)}\n`);
  if (settings.isQuick) return console.log("A quick run: these figures mean nothing.");
  const all = { ...about, scenarios: results };
  console.log(`Written to ${saveResults(all, only)}`);
  if (options.publish) publish(rows, all);
}

function settingsFor({ quick = false, rounds, shape, faktory, peer }: Options): Settings {
  const times = quick
    ? { warmUpMs: 2_000, measureMs: 1_000 }
    : { warmUpMs: 2_000, measureMs: 4_000 };
  const others = { faktory, peer };
  return {
    rounds: quick ? 1 : rounds,
    isQuick: quick,
    ...times,
    jobBytes: JOB_BYTES,
    shape,
    ...others,
  };
}

function buildDist(): boolean {
  const { status } = spawnSync(process.execPath, ["bin/build.mjs"], {
    cwd: root,
    stdio: "inherit",
  });
  return status === 0;
}

/** The others are measured all the same. */
function failed({ name }: Scenario, error: unknown): ScenarioResult {
  console.error(error);
  const measured = error instanceof Error ? error.message : String(error);
  return { rows: [{ what: name, target: "", measured, verdict: "not measured" }], rounds: {} };
}

function describe({ name, summary }: Scenario): string {
  return `  ${name.padEnd(18)} ${summary}`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a number from 1");
  return value;
}

function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.password !== "") {
    throw new InvalidArgumentError("a server with a password can't be measured");
  }
  if (url?.protocol === "tcp:" && url.hostname !== "") return url;
  throw new InvalidArgumentError("as in tcp://127.0.0.1:7419");
}

function isLocal({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
