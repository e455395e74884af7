// limit: 180 s
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import type { StopReport } from "../../worker-sdk/worker-options.ts";
import { startBroker } from "../kit/broker.ts";
import { startProgram } from "../kit/program.ts";
import { temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const ROUNDS = 50;
const CONCURRENCY = 100;

/** As it is shipped: a process from source takes more than twice as long to start, and fifty do. */
const SDK = new URL("../../dist/worker-sdk/index.js", import.meta.url).href;

/** Jobs that take up to a third of a second: some listen to their signal, and others do not. */
const PROGRAM = `
  import { setTimeout as sleep } from "node:timers/promises";
  import { Worker } from ${JSON.stringify(SDK)};
  const worker = new Worker({ concurrency: ${CONCURRENCY}, shutdownTimeoutMs: 50, graceMs: 50 });
  worker.handle("listens", (_args, { signal }) => sleep(Math.random() * 300, undefined, { signal }));
  worker.handle("does not", () => sleep(Math.random() * 300));
  const report = await worker.run();
  process.stdout.write(JSON.stringify(report));
`;

const test = suite("SIGTERM in the middle of running jobs, under load");

test(`loses nothing, leaves nothing reserved and fails nothing, ${ROUNDS} times over`, async () => {
  const broker = await startBroker();
  const url = `tcp://127.0.0.1:${broker.port}`;
  const client = new Client({ url });
  const file = join(temporaryDirectory(), "worker.mjs");
  writeFileSync(file, PROGRAM);
  const startWorker = () => startProgram([file], { environment: { FAKTORY_URL: url } });
  const counts = async () => {
    const { faktory } = await client.info();
    const {
      total_processed: processed,
      total_failures: failures,
      total_enqueued: queued,
    } = faktory;
    return { processed, failures, queued, working: faktory.sets.working };
  };

  let pushed = 0;
  const load = { isOver: false };
  /** Keeps so many jobs in the queue that no worker ever runs out of them. */
  async function produce(): Promise<void> {
    while (!load.isOver) {
      if ((await counts()).queued > 5 * CONCURRENCY) continue;
      const jobs = Array.from({ length: 200 }, (_, index) => ({
        type: index % 2 === 0 ? "listens" : "does not",
        args: [],
      }));
      pushed += (await client.pushBulk(jobs)).length;
    }
  }
  const producing = produce();
  const outcomes = new Map<string, number>();
  // The next one starts up while this one works.
  let next = startWorker();
  for (let round = 0; round < ROUNDS; round++) {
    const worker = next;
    await until(async () => (await counts()).working >= CONCURRENCY, {
      what: "a hundred jobs run",
      withinMs: 20_000,
    });
    const isLast = round === ROUNDS - 1;
    worker.child.kill("SIGTERM");
    assert.is(await worker.ended, 0, worker.stderr());
    const { jobs } = JSON.parse(worker.stdout()) as StopReport;
    for (const { outcome } of jobs) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const { working, failures } = await counts();
    assert.equal({ working, failures }, { working: 0, failures: 0 }, `round ${round}`);
    if (!isLast) next = startWorker();
  }
  load.isOver = true;
  await producing;
  const { processed, queued } = await counts();
  assert.is(processed + queued, pushed, "every job is done or queued");
  assert.equal([...outcomes.keys()].toSorted(), ["done", "handedBack"]);
  assert.ok((outcomes.get("handedBack") ?? 0) > ROUNDS, "there was work under way");

  const last = startWorker();
  await until(async () => (await counts()).processed === pushed, {
    what: "what was handed back is done in the end",
    withinMs: 30_000,
  });
  last.child.kill("SIGTERM");
  await last.ended;
  assert.is((await counts()).failures, 0);
  await client.close();
  await broker.stop();
});

test.run();
