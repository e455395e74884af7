// Plays its part in the compatibility suite with the package `faktory-worker`; see ../README.md.

import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { Client, Worker } from "faktory-worker";

const AT_ONCE = 10;

interface GivenJob {
  jobtype: string;
  queue: string;
  args: unknown[];
  at?: string;
}

const parts: Record<string, (queues: string[]) => Promise<void>> = {
  push,
  "push-bulk": pushBulk,
  info,
  requeue,
  work,
};
const [name = "", ...rest] = process.argv.slice(2);
const part = parts[name];
if (part === undefined) throw new Error(`no such part: ${name}`);
await part(rest);

async function push(): Promise<void> {
  const client = new Client(tls());
  const jobs = await readJobs();
  // No more at a time than the pool has connections: the others would wait for one, and give up.
  for (let start = 0; start < jobs.length; start += AT_ONCE) {
    await Promise.all(jobs.slice(start, start + AT_ONCE).map((job) => client.push(job)));
  }
  await client.close();
  say({ event: "pushed", count: jobs.length });
}

async function pushBulk(): Promise<void> {
  const client = new Client(tls());
  const jobs = await readJobs();
  const refused = await client.pushBulk(jobs);
  await client.close();
  if (Object.keys(refused).length > 0) throw new Error(`refused: ${JSON.stringify(refused)}`);
  say({ event: "pushed", count: jobs.length });
}

async function info(): Promise<void> {
  const client = new Client(tls());
  // The library's type of it lacks what it passes on.
  const { faktory } = (await client.info()) as unknown as { faktory: Record<string, unknown> };
  await client.close();
  say({
    event: "info",
    processed: faktory.total_processed,
    failures: faktory.total_failures,
    enqueued: faktory.total_enqueued,
    queues: faktory.queues,
  });
}

async function requeue(): Promise<void> {
  const client = new Client(tls());
  await client.retries.ofType("Flaky").requeue();
  await client.close();
  say({ event: "requeued" });
}

async function work(queues: string[]): Promise<void> {
  const failed = new Set<unknown>();
  const worker = new Worker({
    ...tls(),
    concurrency: AT_ONCE,
    beatInterval: 2,
    queues,
    registry: {
      Steady: (...args: unknown[]) => report("Steady", args, true),
      Flaky: (...args: unknown[]) => {
        const isFirst = !failed.has(args[0]);
        failed.add(args[0]);
        report("Flaky", args, !isFirst);
        if (isFirst) throw new Error("not at the first attempt");
      },
    },
  });
  await worker.work();
  say({ event: "working", wid: worker.wid });
}

/** The library does not look at the URL's scheme: whoever wants TLS gives options for it. */
function tls(): { tlsOptions?: { ca: Buffer } } {
  const { FAKTORY_URL: url = "", SSL_CERT_FILE: file } = process.env;
  if (!url.startsWith("tcp+tls:") || file === undefined) return {};
  return { tlsOptions: { ca: readFileSync(file) } };
}

/** The jobs to push, from standard input, one a line. */
async function readJobs(): Promise<GivenJob[]> {
  const jobs: GivenJob[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    jobs.push(JSON.parse(line) as GivenJob);
  }
  return jobs;
}

function report(jobtype: string, args: unknown[], succeeds: boolean): void {
  say({ event: "ran", jobtype, args, succeeds, atMs: Date.now() });
}

/** Tells the harness something. */
function say(event: Record<string, unknown>): void {
  writeSync(process.stdout.fd, `${JSON.stringify(event)}\n`);
}
