// limit: 60 s
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { type Program, startProgram } from "../kit/program.ts";
import { temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const LEASE_SECONDS = 2;

const SDK = new URL("../../worker-sdk/index.ts", import.meta.url).href;

/**
 * Tells of each job that it begins, with its token and attempt, and of why its signal fires. A job ends
 * when it is told to, by a line on which it is named, or by its signal.
 */
const PROGRAM = `
  import { once } from "node:events";
  import { createInterface } from "node:readline";
  import { Worker } from ${JSON.stringify(SDK)};
  const tell = (told) => process.stdout.write(JSON.stringify(told) + "\\n");
  const concurrency = Number(process.env.CONCURRENCY ?? 10);
  const worker = new Worker({ wid: process.env.WID, leaseSeconds: ${LEASE_SECONDS}, concurrency });
  worker.handle("wait", async (_args, { job, lease, signal, attempt }) => {
    tell({ began: job.jid, token: lease.token, attempt });
    signal.addEventListener("abort", () => tell({ ended: job.jid, why: signal.reason.name }));
    await new Promise((resolve) => setTimeout(resolve, 12_000));
  });
  worker.handle("short", () => {});
  worker.events.on("expired", (job) => tell({ expired: job.jid }));
  await worker.run();
`;

interface Told {
  began?: string;
  token?: number;
  attempt?: number;
  ended?: string;
  why?: string;
  expired?: string;
}

const test = suite("a worker whose jobs are leased");

function startWorker(
  { port }: TestBroker,
  wid: string,
  environment: NodeJS.ProcessEnv = {},
): Program & { told: () => Told[] } {
  const file = join(temporaryDirectory(), "worker.mjs");
  writeFileSync(file, PROGRAM);
  const program = startProgram(["--import", "./bin/from-source.mjs", file], {
    environment: { ...environment, FAKTORY_URL: `tcp://127.0.0.1:${port}`, WID: wid },
  });
  const told = () =>
    program
      .stdout()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Told);
  return { ...program, told };
}

const began = (worker: { told: () => Told[] }) => worker.told().find((one) => one.began);

test("A2.2 is killed, and another runs the job within the lease and a second", async () => {
  const broker = await startBroker();
  const client = new Client({ url: `tcp://127.0.0.1:${broker.port}` });
  const [doomed, heir] = [startWorker(broker, "doomed"), startWorker(broker, "heir")];
  const jid = await client.push("wait", []);
  await until(() => began(doomed) ?? began(heir), { what: "one has it", withinMs: 20_000 });
  const [first, second] = began(doomed) ? [doomed, heir] : [heir, doomed];
  first.child.kill("SIGKILL");
  const killedAt = performance.now();
  await until(() => began(second), { what: "the other has it", withinMs: 10_000 });
  const tookMs = performance.now() - killedAt;
  assert.ok(tookMs < (LEASE_SECONDS + 1) * 1_000 + 250, `${tookMs} ms`);
  const [before, after] = [began(first), began(second)];
  assert.is(after?.began, jid);
  assert.is(after?.attempt, 2);
  assert.ok((after?.token ?? 0) > (before?.token ?? 0), "the token has grown");
  second.child.kill("SIGKILL");
  await client.close();
  await broker.stop();
});

test("A1.6, A2.4 is stopped for longer than its lease, and learns that it is another's", async () => {
  const broker = await startBroker();
  const client = new Client({ url: `tcp://127.0.0.1:${broker.port}` });
  // One that had room for more would be waiting for jobs, and might be given its own once more.
  const zombie = startWorker(broker, "zombie", { CONCURRENCY: "1" });
  const jid = await client.push("wait", []);
  await until(() => began(zombie), { what: "it has the job", withinMs: 20_000 });
  zombie.child.kill("SIGSTOP");
  const successor = await Wire.hello(broker.port, { wid: "successor", ext: ["lease"] });
  let token: number | undefined;
  await until(
    async () => {
      const reply = await successor.call("FETCH default");
      if (reply === "$-1") return false;
      const job = JSON.parse(reply) as { jid: string; lease: number; failure: { message: string } };
      assert.is(job.jid, jid);
      assert.is(job.failure.message, "worker lost: zombie");
      token = job.lease;
      return true;
    },
    { what: "another has it", withinMs: 10_000 },
  );
  assert.ok((token ?? 0) > (began(zombie)?.token ?? 0));
  zombie.child.kill("SIGCONT");
  await until(() => zombie.told().find((one) => one.expired === jid), {
    what: "it knows that it has lost it",
    withinMs: 10_000,
  });
  assert.is(zombie.told().find((one) => one.ended)?.why, "ReservationEnded");
  assert.is(await successor.call(`ACK {"jid":"${jid}","lease":${token}}`), "+OK");
  const { faktory } = await client.info();
  assert.equal([faktory.total_processed, faktory.total_failures], [2, 1]); // lost once, and done once
  zombie.child.kill("SIGKILL");
  successor.close();
  await client.close();
  await broker.stop();
});

test("A2.8 has nothing to renew when its jobs have ended", async () => {
  const broker = await startBroker();
  const client = new Client({ url: `tcp://127.0.0.1:${broker.port}` });
  const worker = startWorker(broker, "brief");
  await client.pushBulk(Array.from({ length: 10_000 }, () => ({ type: "short", args: [] })));
  const watcher = await Wire.hello(broker.port);
  await until(async () => (await client.info()).faktory.total_processed === 10_000, {
    what: "all are done",
    withinMs: 30_000,
  });
  assert.is(await watcher.call("MONITOR"), "+OK");
  let line = "";
  while (!line.includes(" BEAT ")) line = await watcher.read();
  assert.not.match(line, "jobs");
  worker.child.kill("SIGKILL");
  watcher.close();
  await client.close();
  await broker.stop();
});

test.run();
