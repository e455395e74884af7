import { spawnSync } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import * as fc from "fast-check";
import * as assert from "uvu/assert";
import { type HealthyClient, startHealthyClient } from "../kit/healthy-client.ts";
import { startRedis } from "../kit/redis.ts";
import { type Serving, serve, temporaryDirectory } from "../kit/serve.ts";

/** Always the same, so that a failure comes again: FUZZ_SEED tries others. */
export const SEED = Number(process.env["FUZZ_SEED"] ?? 20_261_121);

/** How long one property is tried, FUZZ_SECONDS or so long. */
export const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 10);

/** What a broker promises a healthy client, whatever others do: where there are enough to say so. */
const MAX_WAIT_MS = 100;
const ENOUGH = 40;

/**
 * And each reply comes within this: now and then a collection of garbage, a rewrite of Redis' file
 * or another process of a shared machine gets in between.
 */
const MAX_WORST_MS = 1_000;

/** Where more wants to run than there are processors, all of it takes so many times as long. */
function slownessOfTheMachine(): number {
  return Math.max(1, (loadavg()[0] ?? 1) / availableParallelism());
}

/** What a broker may take at the most, its own 100 MiB included. */
const MAX_MEBIBYTES = 700;

/** Tries a property for so long; a failure is told in a few lines, however long what failed was. */
export async function holds<Values>(
  property: fc.IAsyncProperty<Values>,
  seconds = SECONDS,
): Promise<void> {
  await fc.assert(property, {
    seed: SEED,
    numRuns: 1_000_000,
    interruptAfterTimeLimit: seconds * 1_000,
    asyncReporter: async ({ failed, seed, counterexamplePath, errorInstance }) => {
      if (!failed) return;
      const told = String(errorInstance).slice(0, 1_000);
      throw new Error(`seed ${seed}, path ${String(counterexamplePath)}: ${told}`);
    },
  });
}

/** A broker in a process of its own that is attacked, and a client that only wants to work. */
export interface Siege {
  port: number;
  broker: Serving;
  /** Checks that the broker, and the client, have come through what was done since the last time. */
  check: (what: string, bounds?: Bounds) => Promise<void>;
}

/** Where something else may be allowed than as a rule. */
export interface Bounds {
  maxMebibytes?: number;
}

export interface SiegeOptions {
  password?: string;
}

/** A test's body with a broker that is attacked. */
export function besieged(
  run: (siege: Siege) => Promise<void>,
  { password = "" }: SiegeOptions = {},
): () => Promise<void> {
  return async () => {
    const redis = await startRedis();
    const directory = temporaryDirectory();
    const broker = await serve({
      flags: ["serve", "-b", "127.0.0.1:0", "-d", directory, "-c", directory, "-l", "info"],
      args: ["--redis", `unix://${redis.socketPath}`],
      environment: { FAKTORY_PASSWORD: password },
    });
    const healthy = await startHealthyClient(broker.port, password);
    try {
      const check: Siege["check"] = (what, bounds) => checkAll(what, broker, healthy, bounds);
      await run({ port: broker.port, broker, check });
    } finally {
      await healthy.stop();
      broker.process.kill("SIGKILL");
      await broker.ended;
      await redis.stop();
    }
  };
}

async function checkAll(
  what: string,
  broker: Serving,
  healthy: HealthyClient,
  { maxMebibytes = MAX_MEBIBYTES }: Bounds = {},
): Promise<void> {
  // An unhandled rejection would have ended it.
  assert.is(broker.process.exitCode ?? broker.process.signalCode, null, broker.stderr());
  assert.is(broker.stderr(), "");
  assert.equal(
    broker.log.filter(({ event }) => event === "command.crashed"),
    [],
  );
  const { count, medianMs, p95Ms, worstMs } = await healthy.report();
  const mebibytes = residentMebibytes(broker);
  const waits = `median ${medianMs.toFixed(1)} ms, 95 % within ${p95Ms.toFixed(0)} ms, worst ${worstMs.toFixed(0)} ms of ${count}`;
  const slowness = slownessOfTheMachine();
  process.stdout.write(`\n  ${what}: ${waits}; ${mebibytes.toFixed(0)} MiB`);
  assert.ok(
    count < ENOUGH || p95Ms < MAX_WAIT_MS * slowness,
    `${what}: a healthy client waited: ${waits}`,
  );
  assert.ok(worstMs < MAX_WORST_MS * slowness, `${what}: a healthy client waited: ${waits}`);
  assert.ok(mebibytes < maxMebibytes, `${what}: it takes ${mebibytes} MiB`);
}

function residentMebibytes({ process: { pid } }: Serving): number {
  const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(stdout) / 1024;
}
