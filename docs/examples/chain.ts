// A chain written by hand, as on any server that has batches: each stage is a batch in the batch of the
// whole, and its success callback begins the next one. examples/go/chain.go is the same in Go. It runs once,
// with a worker of its own, and ends. Where the server is a millrace, client.chain does all this by itself.

import { Client, type JobStarter, Worker } from "millrace";

type Jobs = {
  download: [file: string];
  convert: [file: string];
  publish: [name: string];
  stageDone: [index: number];
  importDone: [];
};

const queue = "imports";
const worker = new Worker<Jobs>({ queues: [queue], concurrency: 2 });
const client = new Client<Jobs>();

/** The jobs of a stage may run at the same time; the next one begins when all of them are done. */
const stages = [
  [
    { type: "download", args: ["a.xml"], queue },
    { type: "download", args: ["b.xml"], queue },
  ],
  [
    { type: "convert", args: ["a.xml"], queue },
    { type: "convert", args: ["b.xml"], queue },
  ],
  [{ type: "publish", args: ["catalogue"], queue }],
] as const;

worker.handle("download", ([file]) => console.log(`download ${file}`));
worker.handle("convert", ([file]) => console.log(`convert ${file}`));
worker.handle("publish", ([name]) => console.log(`publish ${name}`));

// Until this callback is acknowledged the whole can't end, so there is time to put the next stage in.
worker.handle("stageDone", async ([index], { callback, client: own }) => {
  console.log(`stage ${index} is done`);
  if (callback?.parentBid === undefined || index + 1 === stages.length) return;
  await begin(own, callback.parentBid, index + 1);
});

worker.handle("importDone", () => {
  console.log("imported");
  // It waits for this handler, too.
  void worker.stop();
});

/** Puts the batch of a stage into that of the whole. */
async function begin(starter: Pick<JobStarter<Jobs>, "openBatch">, whole: string, index: number) {
  const opened = await starter.openBatch(whole);
  await opened.batch(
    { description: `stage ${index}`, success: { type: "stageDone", args: [index], queue } },
    (stage) => stage.pushBulk(stages[index] ?? []),
  );
}

await client.batch(
  { description: "import", success: { type: "importDone", args: [], queue } },
  (whole) => begin(client, whole.bid, 0),
);
await worker.run();
await client.close();
