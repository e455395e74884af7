import { fork } from "node:child_process";
import { endWithUs } from "./contenders/child.ts";
import type { Contender } from "./contenders/contender.ts";
import type { LatencyFigures } from "./load/histogram.ts";
import type { LoadOptions, LoadResult, MessageFromGenerator, Plan } from "./load/plan.ts";
import { readRssBytes } from "./process-figures.ts";
import type { Settings } from "./settings.ts";

/** What a round gave. Figures of processes that are not ours to look at are absent. */
export interface Figures {
  jobs: number;
  seconds: number;
  jobsPerSecond: number;
  /** By command. */
  latency: Record<string, LatencyFigures>;
  /** By process: broker, redis, generator. */
  cpuMicrosPerJob: Record<string, number>;
  /** Of one core, by process. */
  cpuPercent: Record<string, number>;
  /** By process, at the end. */
  rssMiB: Record<string, number>;
  redisCommandsPerSecond?: number;
  /** From time to time, where the load is about that. */
  generatorRssMiB: readonly number[];
  early: number;
}

export type LoadRequest = LoadOptions & {
  connections: number;
  queues?: readonly string[];
  hasLeases?: boolean;
  warmUpMs?: number;
  measureMs?: number;
};

/** Runs a load generator on a server. */
export async function runLoad(
  contender: Contender,
  settings: Settings,
  request: LoadRequest,
): Promise<Figures> {
  const { host, port, pids } = contender;
  const { warmUpMs, measureMs, jobBytes } = settings;
  const plan: Plan = {
    host,
    port,
    pids,
    warmUpMs,
    measureMs,
    jobBytes,
    queues: ["default"],
    ...request,
  };
  const rssMiB: Record<string, number> = {};
  const commandCounts: Promise<number | undefined>[] = [];
  const result = await generate(contender.generator, plan, (kind) => {
    commandCounts.push(Promise.resolve(contender.redis?.commandCount()));
    if (kind === "begins") return;
    for (const [name, pid] of Object.entries(pids)) rssMiB[name] = readRssBytes(pid) / 2 ** 20;
  });
  const [before, after] = await Promise.all(commandCounts);
  const figures = { ...figuresOf(result), rssMiB };
  if (before === undefined || after === undefined) return figures;
  return { ...figures, redisCommandsPerSecond: (after - before) / result.seconds };
}

function figuresOf(result: LoadResult): Omit<Figures, "rssMiB"> {
  const { jobs, seconds, cpuMs, latency, early, rssMiB = [] } = result;
  const cpu = (scale: number) =>
    Object.fromEntries(Object.entries(cpuMs).map(([name, ms]) => [name, ms * scale]));
  return {
    jobs,
    seconds,
    jobsPerSecond: jobs / seconds,
    latency,
    cpuMicrosPerJob: cpu(1000 / jobs),
    cpuPercent: cpu(0.1 / seconds),
    early,
    generatorRssMiB: rssMiB,
  };
}

function generate(
  program: string,
  plan: Plan,
  onWindow: (kind: "begins" | "ends") => void,
): Promise<LoadResult> {
  const child = fork(program, { execArgv: ["--import", "tsx"] });
  endWithUs(child);
  child.send(plan);
  return new Promise((resolve, reject) => {
    let result: LoadResult | undefined;
    child.on("message", (message: MessageFromGenerator) => {
      if (message.kind === "result") result = message.result;
      else onWindow(message.kind);
    });
    child.once("exit", (code) => {
      if (code === 0 && result !== undefined) resolve(result);
      else reject(new Error(`the load generator (${plan.load}) ended with code ${code}`));
    });
  });
}
