// The load generator for BullMQ: the same plans, as far as they mean something to it.

import { once } from "node:events";
import { Queue, Worker } from "bullmq";
import { jobText } from "./commands.ts";
import { Measurement, tell } from "./measurement.ts";
import type { Plan } from "./plan.ts";

const JOBS_A_CALL = 1_000;

const [plan] = (await once(process, "message")) as [Plan];
const measurement = new Measurement(plan);
const [name = ""] = plan.queues;
const connection = { path: plan.host, maxRetriesPerRequest: null };
const data = JSON.parse(jobText({ jobBytes: plan.jobBytes, queue: name })) as object;
const options = { removeOnComplete: true };
const queue = new Queue(name, { connection });
const state: { worker?: Worker; isDone: boolean } = { isDone: false };

if (plan.load === "push") await push();
else if (plan.load === "fill") await measurement.over(fill(plan.count));
else if (plan.load === "process") await work(plan.count);
else throw new Error(`there is no ${plan.load} for BullMQ`);

tell({ kind: "result", result: measurement.result() });
await state.worker?.close(true);
await queue.close();
process.disconnect();

/** As many callers as there are connections elsewhere; they share one connection to Redis. */
async function push(): Promise<void> {
  const took = measurement.timer("add");
  const callers = Array.from({ length: plan.connections }, async () => {
    while (!state.isDone) {
      const beganAt = performance.now();
      await queue.add("Bench", data, options);
      took(performance.now() - beganAt);
      measurement.countJob();
    }
  });
  await measurement.overTime();
  state.isDone = true;
  await Promise.all(callers);
}

async function fill(count: number): Promise<void> {
  for (let left = count; left > 0; left -= JOBS_A_CALL) {
    const jobs = Array.from({ length: Math.min(left, JOBS_A_CALL) }, () => ({
      name: "Bench",
      data,
      opts: options,
    }));
    await queue.addBulk(jobs);
    measurement.jobs += jobs.length;
  }
}

/** One worker that runs as many jobs at once as there are connections elsewhere. */
async function work(count: number): Promise<void> {
  let left = count;
  const allDone = new Promise<void>((resolve) => {
    const concurrency = plan.connections;
    const worker = new Worker(name, async () => {}, { connection, concurrency });
    state.worker = worker;
    worker.on("error", (error) => {
      throw error;
    });
    worker.on("completed", () => {
      measurement.countJob();
      if (--left === 0) resolve();
    });
  });
  await measurement.overTime(allDone);
}
