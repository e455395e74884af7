// limit: 300 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { ServerUnavailable } from "../../worker-sdk/errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { isAlive, type Serving, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const ROUNDS = 20;
const PRODUCERS = 5;

const test = suite("kill -9 of the broker under a loaded worker");

async function kill(serving: Serving): Promise<void> {
  const { redisPid } = serving;
  serving.process.kill("SIGKILL");
  await serving.ended;
  await until(() => !isAlive(redisPid), { what: "its Redis has ended" });
}

test(`the worker comes back by itself, and works every acknowledged push, ${ROUNDS} times over`, async () => {
  const directory = temporaryDirectory();
  let serving = await serve({ directory });
  const { port } = serving;
  const url = `tcp://127.0.0.1:${port}`;
  const patience = { url, callTimeoutMs: 20_000, maxBackOffMs: 200 };

  const worked = new Set<string>();
  const worker = new Worker({ ...patience, concurrency: 50 });
  worker.handle("any", (_args, { job }) => worked.add(job.jid));
  await worker.start();

  const client = new Client(patience);
  const pushed = new Set<string>();
  const load = { isOver: false };
  async function produce(): Promise<void> {
    while (!load.isOver) {
      try {
        // What a dead broker had handed out on its last legs is run when its reservation ends.
        pushed.add(await client.push("any", [], { reserveForSeconds: 60 }));
      } catch (error) {
        assert.instance(error, ServerUnavailable);
      }
    }
  }
  const producing = Array.from({ length: PRODUCERS }, produce);

  for (let round = 0; round < ROUNDS; round++) {
    const before = worked.size;
    await until(() => worked.size > before + 200, { what: "it works", withinMs: 20_000 });
    await kill(serving);
    serving = await serve({ directory, args: ["-b", `127.0.0.1:${port}`] });
  }
  const before = worked.size;
  await until(() => worked.size > before + 200, { what: "it works again", withinMs: 20_000 });
  load.isOver = true;
  await Promise.all(producing);
  await until(
    async () => {
      await client.jobs.requeue("retries", { pattern: "*" });
      return [...pushed].every((jid) => worked.has(jid));
    },
    { what: "all that was acknowledged is worked", withinMs: 90_000 },
  );
  await until(async () => (await client.info()).faktory.sets.working === 0, {
    what: "nothing is left reserved",
    withinMs: 90_000,
  });
  assert.ok(pushed.size > ROUNDS * 200);
  await worker.stop();
  await client.close();
  assert.is(await serving.stop(), 0);
});

test.run();
