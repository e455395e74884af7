// A chain: lists the pages of a tenant, copies each of them, and tells what there was. It runs once, with a
// worker of its own, and ends.

import { Client, Overlap, Worker } from "millrace";

type Jobs = {
  list: [tenant: string];
  copy: [tenant: string, page: string];
  tell: [tenant: string];
  forget: [tenant: string];
  alarm: [tenant: string];
};

const queue = "sync";
const worker = new Worker<Jobs>({ queues: [queue] });
const client = new Client<Jobs>();

worker.handle("list", async ([tenant], { batch }) => {
  const pages = ["a", "bb", "ccc"];
  // They join the stage that runs: the next one waits for them as well.
  await batch?.pushBulk(pages.map((page) => ({ type: "copy", args: [tenant, page], queue })));
});
worker.handle("copy", ([, page], context) => context.result(page.length));
worker.handle("tell", async ([tenant], { previousResults }) => {
  let rows = 0;
  for await (const { result } of previousResults()) rows += Number(result);
  console.log(`${tenant}: ${rows} rows`);
  // It waits for this handler, too.
  void worker.stop();
});
worker.handle("forget", ([tenant]) => console.log(`what was copied of ${tenant} is deleted`));
worker.handle("alarm", ([tenant]) => console.error(`${tenant} could not be copied`));

/** Starts a run, or tells of the one that is live. */
async function sync(tenant: string): Promise<string> {
  const copies = { type: "list", args: [tenant], queue } as const;
  const undo = { type: "forget", args: [tenant], queue } as const;
  try {
    const chain = await client.chain(
      "sync",
      [
        { jobs: copies, compensate: undo, timeoutSeconds: 3_600 },
        { type: "tell", args: [tenant], queue },
      ],
      { key: `sync:${tenant}`, onFailure: { type: "alarm", args: [tenant], queue } },
    );
    return chain.bid;
  } catch (error) {
    if (error instanceof Overlap) return error.bid;
    throw error;
  }
}

await sync("tenant-7");
await worker.run();
await client.close();
