import { Client } from "../../worker-sdk/client.ts";
import type { AnyJobs, JobMap } from "../../worker-sdk/job-map.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import type { WorkerOptions } from "../../worker-sdk/worker-options.ts";
import { startBroker, type TestBroker } from "./broker.ts";

/** A broker with workers, each test on a queue of its own. */
export interface Working {
  broker: TestBroker;
  url: string;
  client: Client;
  queue: string;
  /** Not started yet; stopped at the end of the test, should it still run. */
  worker<Jobs extends JobMap<Jobs> = AnyJobs>(options?: WorkerOptions<Jobs>): Worker<Jobs>;
  /** What the broker counts. */
  sets(): Promise<{ scheduled: number; retries: number; working: number; dead: number }>;
}

let shared: Promise<TestBroker> | undefined;
let count = 0;

/** A test's body with a client, and workers that are quick to give up. */
export function withWorkers(run: (world: Working) => Promise<void>): () => Promise<void> {
  return async () => {
    shared ??= startBroker();
    const broker = await shared;
    const url = `tcp://127.0.0.1:${broker.port}`;
    const client = new Client({ url });
    await client.flush();
    const queue = `queue-${++count}`;
    const workers: { stop(options: { timeoutMs: number }): Promise<unknown> }[] = [];
    try {
      await run({
        broker,
        url,
        client,
        queue,
        worker: (options = {}) => {
          const worker = new Worker({ url, queues: [queue], graceMs: 50, ...options });
          workers.push(worker);
          return worker;
        },
        sets: async () => (await client.info()).faktory.sets,
      });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop({ timeoutMs: 0 })));
      await client.close();
    }
  };
}

/** For the end of a file that used withWorkers. */
export async function stopSharedBroker(): Promise<void> {
  await (await shared)?.stop();
}
