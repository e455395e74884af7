// limit: 180 s
import { Client, Worker } from "faktory-worker";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { serve } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const JOBS = 10_000;
/** One job in so many fails at its first attempt, and comes back 15 to 44 seconds later. */
const FAILING = 50;

/** So many wait for a connection at once: who waits for five seconds is refused by the library. */
const PUSHING = 20;

const test = suite("the npm package faktory-worker");

test(`pushes ${JOBS} jobs to the built broker and works them all, failures included`, async () => {
  const broker = await serve({ program: ["dist/bin/millrace.js"] });
  const address = { host: "127.0.0.1", port: broker.port };
  const attempts = new Map<number, number>();
  const done = new Map<number, number>();
  const worker = new Worker({
    ...address,
    concurrency: 20,
    queues: ["critical", "default"],
    registry: {
      Count: (...args: unknown[]) => {
        const [number, payload] = args as [number, { text: string }];
        assert.is(payload.text, `job ${number} – ünïcode`);
        const attempt = (attempts.get(number) ?? 0) + 1;
        attempts.set(number, attempt);
        if (number % FAILING === 0 && attempt === 1) throw new Error("not at the first attempt");
        done.set(number, (done.get(number) ?? 0) + 1);
      },
    },
  });
  // It tells of failed jobs by this event, and would end the process without a listener.
  worker.on("error", () => {});
  const client = new Client(address);
  await worker.work();

  let pushed = 0;
  const pushOn = async () => {
    while (pushed < JOBS) {
      const number = pushed++;
      const job = client.job("Count", number, { text: `job ${number} – ünïcode` });
      job.queue = number % 2 === 0 ? "default" : "critical";
      await job.push();
    }
  };
  await Promise.all(Array.from({ length: PUSHING }, pushOn));
  await until(() => done.size === JOBS, { what: "all jobs are done", withinMs: 120_000 });

  assert.ok([...done.values()].every((times) => times === 1));
  const wire = await Wire.hello(broker.port);
  const failures = JOBS / FAILING;
  const { faktory } = await until(
    async () => {
      const info = await wire.info();
      return info.faktory.sets.working === 0 && info;
    },
    { what: "the last ACK" },
  );
  assert.is(faktory.total_failures, failures);
  assert.is(faktory.total_processed, JOBS + failures);
  assert.equal(faktory.sets, { dead: 0, retries: 0, scheduled: 0, working: 0 });
  assert.is(faktory.total_enqueued, 0);

  wire.close();
  await worker.stop();
  await client.close();
  assert.is(await broker.stop(), 0);
});

test.run();
