// The jobs of a program, and the worker that runs them.

import { Discard, RetryAt, Worker } from "millrace";

export type Jobs = {
  import: [folder: string];
  resize: [path: string, width: number];
};

export const worker = new Worker<Jobs>({ queues: { images: 3, bulk: 1 }, concurrency: 20 });

worker.handle("import", async ([folder], { client }) => {
  const paths = await list(folder);
  if (paths.length === 0) throw new Discard(`${folder} is empty`);
  // A jid that follows from what is to be done: should this job run twice, they are pushed once.
  await client.pushBulk(
    paths.map((path) => ({
      type: "resize",
      args: [path, 300],
      queue: "bulk",
      jid: `resize:${path}:300`,
    })),
  );
});

worker.handle(
  "resize",
  async ([path, width], { log, signal, attempt }) => {
    const response = await resize(path, width, signal);
    if (response.isBusy) throw new RetryAt(Date.now() + 60_000 * attempt, "the service is busy");
    log.info({ event: "resized", path, width });
  },
  { concurrency: 5, timeoutMs: 30_000 },
);

/** Stands for a file system. */
async function list(folder: string): Promise<string[]> {
  return folder === "empty" ? [] : [`${folder}/a.png`, `${folder}/b.png`];
}

/** Stands for a service that takes a while, and gives up when it is told to. */
async function resize(
  path: string,
  width: number,
  signal: AbortSignal,
): Promise<{ isBusy: boolean }> {
  signal.throwIfAborted();
  return { isBusy: path.startsWith("busy") && width > 0 };
}
