import { once } from "node:events";
import { createInterface } from "node:readline";
import { JobCancelled, Worker } from "../../../worker-sdk/index.ts";

const { PORT, WID = "", COUNT, QUEUE = "" } = process.env;

const tell = (told: object) =>
  void process.stdout.write(`${JSON.stringify({ ...told, at: Date.now() })}\n`);

const finish = new Promise<void>((resolve) => {
  createInterface({ input: process.stdin }).on("line", (line) => {
    if (line === "finish") resolve();
  });
});

const worker = new Worker({
  url: `tcp://127.0.0.1:${PORT}`,
  wid: WID,
  queues: [QUEUE],
  concurrency: Number(COUNT),
  leaseSeconds: 5,
  graceMs: 60_000,
});

worker.handle("Any", async (_args, { job, lease, signal }) => {
  tell({ began: job.jid, lease: lease?.token });
  await once(signal, "abort");
  const reason: unknown = signal.reason;
  if (reason instanceof JobCancelled) tell({ told: job.jid, reason: reason.reason });
  await finish;
  tell({ ended: job.jid });
});

await worker.run();
