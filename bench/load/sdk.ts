// The load generator for the SDK: a Client and a Worker, as a program has them, from dist.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, Worker } from "millrace";
import { jobText } from "./commands.ts";
import { Measurement, tell } from "./measurement.ts";
import type { Plan } from "./plan.ts";

/** Of a worker's memory, evenly over its jobs. */
const SAMPLES = 20;

/** Between two jobs of a worker that has nothing else to do: long enough for both sides to come to rest. */
const REST_MS = 5;

const [plan] = (await once(process, "message")) as [Plan];
const measurement = new Measurement(plan);
const [queue = ""] = plan.queues;
const url = `tcp://${plan.host}:${plan.port}`;
const { args } = JSON.parse(jobText({ jobBytes: plan.jobBytes, queue })) as { args: unknown[] };
const client = new Client({ url });
await client.connect();
const rssMiB: number[] = [];
const state = { isDone: false };

if (plan.load === "push") await push();
else if (plan.load === "fill") await measurement.over(fill(plan.count));
else if (plan.load === "process") await work(plan.count, (done) => measurement.overTime(done));
else if (plan.load === "work off") await work(plan.count, (done) => measurement.over(done));
else if (plan.load === "idle") await idle();
else throw new Error(`there is no ${plan.load} for the SDK`);

tell({ kind: "result", result: { ...measurement.result(), rssMiB } });
await client.close();
process.disconnect();

/** As many callers as there are connections elsewhere; they share one. */
async function push(): Promise<void> {
  const took = measurement.timer("push");
  const callers = Array.from({ length: plan.connections }, async () => {
    while (!state.isDone) {
      const beganAt = performance.now();
      await client.push("Bench", args, { queue });
      took(performance.now() - beganAt);
      measurement.countJob();
    }
  });
  await measurement.overTime();
  state.isDone = true;
  await Promise.all(callers);
}

async function fill(count: number): Promise<void> {
  function* jobs() {
    for (let left = count; left > 0; left--) yield { type: "Bench", args, queue };
  }
  measurement.jobs += (await client.pushBulk(jobs())).length;
}

/** One worker that runs as many jobs at once as there are connections elsewhere. */
async function work(count: number, measure: (done: Promise<void>) => Promise<void>): Promise<void> {
  const worker = new Worker({ url, concurrency: plan.connections, queues: [queue] });
  worker.handle("Bench", async () => {});
  let done = 0;
  const allDone = new Promise<void>((resolve) => {
    worker.events.on("done", () => {
      measurement.countJob();
      if (++done % Math.ceil(count / SAMPLES) === 0) {
        rssMiB.push(process.memoryUsage.rss() / 2 ** 20);
      }
      if (done === count) resolve();
    });
  });
  await worker.start();
  await measure(allDone);
  await worker.stop();
}

/** One job at a time, pushed to a worker that waits: the time until its handler is called. */
async function idle(): Promise<void> {
  const took = measurement.timer("from push to handler");
  const worker = new Worker({ url, concurrency: 1, queues: [queue] });
  let pushedAt = 0;
  let onStarted = () => {};
  worker.handle("Bench", () => {
    took(performance.now() - pushedAt);
    measurement.countJob();
    onStarted();
  });
  await worker.start();
  const measured = measurement.overTime();
  void measured.finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    await sleep(REST_MS);
    const started = new Promise<void>((resolve) => {
      onStarted = resolve;
    });
    pushedAt = performance.now();
    await client.push("Bench", args, { queue });
    await started;
  }
  await measured;
  await worker.stop();
}
