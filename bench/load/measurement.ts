import { setTimeout as sleep } from "node:timers/promises";
import { readCpuMs } from "../process-figures.ts";
import { Histogram } from "./histogram.ts";
import type { LoadResult, MessageFromGenerator, Plan } from "./plan.ts";

/** Counts and times what happens within the measured time, and nothing before or after. */
export class Measurement {
  /** Jobs done. */
  jobs = 0;
  /** Jobs that came before they were due. */
  early = 0;
  readonly #plan: Plan;
  readonly #histograms = new Map<string, Histogram>();
  #isOn = false;
  #beganAt = 0;
  #endedAt = 0;
  #cpuMs: Record<string, number> = {};

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Gives a function that takes the latencies of one kind. */
  timer(name: string): (ms: number) => void {
    const histogram = this.#histograms.get(name) ?? new Histogram();
    this.#histograms.set(name, histogram);
    return (ms) => {
      if (this.#isOn) histogram.record(ms);
    };
  }

  countJob(): void {
    if (this.#isOn) this.jobs++;
  }

  /** Waits for the warm-up and for the measured time, while the load runs; or until it is over. */
  async overTime(isOver: Promise<unknown> = new Promise(() => {})): Promise<void> {
    await Promise.race([sleep(this.#plan.warmUpMs), isOver]);
    await this.over(Promise.race([sleep(this.#plan.measureMs), isOver]));
  }

  /** Measures while something goes on. */
  async over(work: Promise<unknown>): Promise<void> {
    tell({ kind: "begins" });
    this.#cpuMs = this.#readCpu();
    this.#beganAt = performance.now();
    this.#isOn = true;
    await work;
    this.#isOn = false;
    this.#endedAt = performance.now();
    const after = this.#readCpu();
    for (const [name, ms] of Object.entries(after)) {
      this.#cpuMs[name] = ms - (this.#cpuMs[name] ?? 0);
    }
    tell({ kind: "ends" });
  }

  result(): LoadResult {
    const latency = [...this.#histograms].map(([name, histogram]) => [name, histogram.figures()]);
    return {
      jobs: this.jobs,
      seconds: (this.#endedAt - this.#beganAt) / 1000,
      cpuMs: this.#cpuMs,
      latency: Object.fromEntries(latency) as LoadResult["latency"],
      early: this.early,
    };
  }

  #readCpu(): Record<string, number> {
    const { user, system } = process.cpuUsage();
    const cpuMs: Record<string, number> = { generator: (user + system) / 1000 };
    for (const [name, pid] of Object.entries(this.#plan.pids)) cpuMs[name] = readCpuMs(pid);
    return cpuMs;
  }
}

export function tell(message: MessageFromGenerator): void {
  process.send?.(message);
}
