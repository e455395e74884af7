// Plays published client libraries against this broker, or any server. Arguments are names of
// libraries; without any, all are played. See README.md.

import { parseArgs } from "node:util";
import { playBatches } from "./batches.ts";
import { type Check, Checks } from "./checks.ts";
import { playAgainstUs } from "./compat.ts";
import { LIBRARIES, type Library } from "./libraries.ts";
import { type Built, killPrograms } from "./program.ts";
import { Scenario } from "./scenario.ts";
import { MissingToolchain } from "./toolchains.ts";

/** Libraries that are played at the same time, each with a broker and a Redis of its own. */
const LANES = 3;

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    /** host:port of a server that does nothing else meanwhile, instead of brokers of our own. */
    server: { type: "string" },
    password: { type: "string", default: "" },
  },
});

// Some are in groups of their own, so that Ctrl-C does not reach them.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killPrograms();
    process.kill(process.pid, signal);
  });
}

const unknown = names.filter((name) => !LIBRARIES.some((library) => library.name === name));
if (unknown.length > 0) {
  const known = LIBRARIES.map(({ name }) => name).join(", ");
  throw new Error(`no such library: ${unknown.join(", ")}; there are ${known}`);
}

const checks: Check[] = [];
const leftOut: string[] = [];
// Most of a play is waiting, for heartbeats and for jobs' times, so others may use the processors
// meanwhile. On a server that is given they take turns, because they compare its counters.
const lanes = values.server === undefined ? LANES : 1;
const playing = new Set<Promise<void>>();
for (const library of LIBRARIES) {
  if (names.length > 0 && !names.includes(library.name)) continue;
  const own = new Checks((check) => note(library, check));
  const built = await build(library);
  if (built === undefined) continue;
  while (playing.size >= lanes) await Promise.race(playing);
  const ended = play(library, built, own).finally(() => playing.delete(ended));
  playing.add(ended);
}
await Promise.all(playing);
report();

async function build(library: Library): Promise<Built | undefined> {
  console.log(`      ${library.name}: ${library.title}`);
  try {
    return await library.build();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof MissingToolchain)
      note(library, { name: "everything", outcome: "left out", reason });
    else note(library, { name: "is built", outcome: "failed", reason });
    return undefined;
  }
}

async function play(library: Library, built: Built, own: Checks): Promise<void> {
  try {
    if (values.server === undefined) {
      await playAgainstUs(library, built, own);
      return;
    }
    const { hostname: host, port } = new URL(`tcp://${values.server}`);
    const { password } = values;
    const target = { host, port: Number(port), password, stop: async () => {} };
    await new Scenario(library, built, target, own).play();
    await playBatches(library, built, target, own);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(library, { name: "is played", outcome: "failed", reason });
  }
}

function note(library: Library, check: Check): void {
  const line = `${library.name}: ${check.name}`;
  checks.push(check);
  switch (check.outcome) {
    case "passed":
      console.log(`ok    ${line}`);
      break;
    case "failed":
      console.log(`FAIL  ${line}\n${check.reason}`);
      break;
    case "left out":
      leftOut.push(`${line} (${check.reason})`);
      break;
  }
}

function report(): void {
  for (const text of leftOut) console.log(`left out: ${text}`);
  const count = (outcome: Check["outcome"]) =>
    checks.filter((check) => check.outcome === outcome).length;
  if (count("failed") > 0 || count("passed") === 0) process.exitCode = 1;
  console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("left out")} skipped`);
}
