// What must not compile, does not: `tsc -p test` fails where an expected error does not come, and so
// nothing of this is ever run.

import type { Client } from "../../../worker-sdk/client.ts";
import type { JobContext } from "../../../worker-sdk/job-context.ts";
import type { PushOptions } from "../../../worker-sdk/producer.ts";
import type { StandardSchema } from "../../../worker-sdk/standard-schema.ts";
import { drain, type FakeClient, runJob } from "../../../worker-sdk/testing.ts";
import { Worker } from "../../../worker-sdk/worker.ts";

type Jobs = {
  resize: [id: string, width: number];
  tidy: [];
  mail: [to: string, subject?: string];
  log: [level: "info" | "warn", ...lines: string[]];
};

/** An interface will do as well. */
interface OtherJobs {
  resize: [id: string, width: number];
}

export async function producers(client: Client<Jobs>, untyped: Client, other: Client<OtherJobs>) {
  await client.push("resize", ["a", 1], { queue: "images", at: new Date(), custom: { a: 1 } });
  await client.push("tidy", []);
  await client.push("mail", ["me"]);
  await client.push("mail", ["me", "hello"]);
  await client.push("log", ["info", "one", "two"]);
  await client.pushBulk([
    { type: "tidy", args: [] },
    { type: "resize", args: ["a", 1], retry: 3 },
  ]);
  await untyped.push("anything", [1, "two", { three: [] }]);
  await other.push("resize", ["a", 1]);
  const constant = ["a", 1] as const;
  await client.push("resize", constant);
  await client.pushBulk([{ type: "resize", args: constant, delayMs: 5 }]);
  const options: PushOptions = { queue: "images" };
  await client.push("resize", constant, options);

  // @ts-expect-error -- no such type
  await client.push("rezise", ["a", 1]);
  // @ts-expect-error -- an argument is missing
  await client.push("resize", ["a"]);
  // @ts-expect-error -- one is too many
  await client.push("resize", ["a", 1, 2]);
  // @ts-expect-error -- one is of the wrong type
  await client.push("resize", ["a", "1"]);
  // @ts-expect-error -- they are an array
  await client.push("resize", "a", 1);
  // @ts-expect-error -- not one of both
  await client.push("log", ["error"]);
  // @ts-expect-error -- no such option
  await client.push("tidy", [], { quueue: "images" });
  // @ts-expect-error -- it has either a time or a delay
  await client.push("tidy", [], { at: 1, delayMs: 1 });
  // @ts-expect-error -- in a bulk, too
  await client.pushBulk([{ type: "tidy", args: [], at: 1, delayMs: 1 }]);
  // @ts-expect-error -- one is missing in a constant
  await client.push("resize", ["a"] as const);
  // @ts-expect-error -- of the wrong type in a bulk
  await client.pushBulk([{ type: "resize", args: [1, "a"] }]);
  // @ts-expect-error -- the arguments of another type
  await client.pushBulk([{ type: "tidy", args: ["a", 1] }]);
  // @ts-expect-error -- no such type in the other map either
  await other.push("tidy", []);
}

export function handlers(worker: Worker<Jobs>) {
  worker
    .handle("resize", async ([id, width], { client }) => {
      const text: string = id;
      const number: number = width;
      await client.push("mail", [text, String(number)]);
      // @ts-expect-error -- the handler's client knows the same map
      await client.push("mail", [number]);
    })
    .handle("mail", ([, subject]) => subject?.toUpperCase())
    .handle("log", ([level, ...lines]) => [level, lines.join("\n")]);

  // @ts-expect-error -- no such type
  worker.handle("rezise", () => {});
  // @ts-expect-error -- there is no third argument
  worker.handle("resize", ([, , third]) => third);
  // @ts-expect-error -- it is a number
  worker.handle("resize", ([, width]: [string, string]) => width);
  // @ts-expect-error -- it may be missing
  worker.handle("mail", ([, subject]) => subject.toUpperCase());
  // @ts-expect-error -- no such option
  worker.handle("tidy", () => {}, { timeout: 5 });
  // @ts-expect-error -- none of the three
  worker.handle("tidy", () => {}, { integers: "bigint" });
}

export function longJobs(worker: Worker<Jobs>) {
  worker
    .handle(
      "resize",
      async ([id], { progress, result, lease }) => {
        const token: number | undefined = lease?.token;
        await progress(50, id, { result: { token } });
        result({ id }, { keepForSeconds: 60 });
        // @ts-expect-error -- the seconds have a name
        result({ id }, 60);
        // @ts-expect-error -- no such option
        await progress(50, id, { note: "half" });
      },
      { stallAfterSeconds: 60, onStall: "cancel" },
    )
    .service(
      "poller",
      async ({ signal, client }) => {
        await client.push("tidy", []);
        // @ts-expect-error -- the service's client knows the same map
        await client.push("rezise", []);
        signal.throwIfAborted();
      },
      { restartDelayMs: 100, healthyAfterMs: 1_000, onStall: "retry", stallAfterSeconds: 5 },
    );
  // @ts-expect-error -- none of the three
  worker.handle("tidy", () => {}, { stallAfterSeconds: 5, onStall: "kill" });
  // @ts-expect-error -- a service has no arguments
  worker.service("other", ([id]: [string]) => id.trim());
  // @ts-expect-error -- and is not one of several at once
  worker.service("third", () => {}, { concurrency: 2 });
  worker.events.on("cancelled", ({ jid }, { reason, by }) => [jid, reason?.length, by?.length]);
  // @ts-expect-error -- nobody need have said why
  worker.events.on("cancelled", (_job, { reason }) => reason.length);
}

export async function administration(client: Client<Jobs>) {
  const record = await client.jobs.find("a");
  // @ts-expect-error -- there may be none
  const type: string = record.job.type;
  const state: "cancelling" | "cancelled" = (await client.jobs.cancel("a", { by: "ann" })).state;
  for await (const { jid } of client.jobs.list({ state: "dead", type: "tidy" })) jid.trim();
  // @ts-expect-error -- no such state
  client.jobs.list({ state: "deceased" });
  // @ts-expect-error -- no such filter
  client.jobs.list({ jobtype: "tidy" });
  const running: number = (await client.tags.cancel("t", { reason: "moved" })).running;
  await client.onBehalfOf({ jid: "a", lease: 7 }).push("tidy", []);
  // @ts-expect-error -- on anybody's behalf it knows the same map
  await client.onBehalfOf({ jid: "a", lease: 7 }).push("rezise", []);
  return [type, state, running];
}

declare function textOf(text: string): string;

export async function batches(client: Client<Jobs>, worker: Worker<Jobs>) {
  const tidy = { type: "tidy", args: [] } as const;
  const batch = await client.batch({ success: tidy, meta: { any: 1 } }, async (own) => {
    await own.push("resize", ["a", 1]);
    await own.batch({ death: tidy, after: [own, "b-1"] }, (nested) => nested.push("tidy", []));
    // @ts-expect-error -- a batch knows the same map
    await own.push("rezise", []);
    // @ts-expect-error -- and so does one in it
    await own.batch({}, (nested) => nested.push("resize", ["a"]));
  });
  const total: number = (await batch.status()).total;
  // @ts-expect-error -- no such type of callback
  await client.batch({ success: { type: "rezise", args: [] } }, () => {});
  // @ts-expect-error -- an argument is missing
  await client.batch({ complete: { type: "resize", args: ["a"] } }, () => {});
  // @ts-expect-error -- none of the three
  await client.batch({ key: "k", overlap: "replace" }, () => {});
  // @ts-expect-error -- nobody knows what it is
  for await (const { result } of batch.results()) textOf(result);
  // @ts-expect-error -- it is listed by its key or by a tag
  client.batches.list({ key: "k", tag: "t" });
  worker.handle("tidy", async (_args, context) => {
    // @ts-expect-error -- it may be in none
    await context.batch.push("tidy", []);
    await context.batch?.push("tidy", []);
    // @ts-expect-error -- the job's own batch knows the same map
    await context.batch?.push("rezise", []);
    const kind: "complete" | "success" | "death" | undefined = context.callback?.kind;
    return kind;
  });
  return total;
}

export async function chains(client: Client<Jobs>, worker: Worker<Jobs>) {
  const tidy = { type: "tidy", args: [] } as const;
  const chain = await client.chain(
    "images",
    [
      { type: "resize", args: ["a", 1] },
      [tidy, { type: "mail", args: ["me"], retry: 3 }],
      [{ jobs: tidy, timeoutSeconds: 5 }, tidy],
      { jobs: [tidy], compensate: { type: "mail", args: ["me"] }, description: "the last" },
      [],
    ],
    { key: "k", overlap: "queue", success: tidy, onFailure: { type: "mail", args: ["me"] } },
  );
  const states: string[] = (await chain.status()).stages.map(({ state }) => state);
  // @ts-expect-error -- no such type
  await client.chain("images", [{ type: "rezise", args: [] }]);
  // @ts-expect-error -- in a stage of many, too
  await client.chain("images", [[tidy, { type: "resize", args: ["a"] }]]);
  // @ts-expect-error -- what undoes it is a job of the map
  await client.chain("images", [{ jobs: [tidy], compensate: { type: "untidy", args: [] } }]);
  // @ts-expect-error -- it is the chain that has a key
  await client.chain("images", [{ jobs: [tidy], key: "k" }]);
  // @ts-expect-error -- an argument is missing
  await client.chain("images", [tidy], { onFailure: { type: "mail", args: [] } });
  worker.handle("resize", async (_args, { previousResults, client: own }) => {
    for await (const { result } of previousResults({ schema: resizeSchema })) result[0].trim();
    // @ts-expect-error -- without a schema nobody knows what they are
    for await (const { result } of previousResults()) textOf(result);
    // @ts-expect-error -- the handler's client knows the same map
    await own.chain("images", [{ type: "rezise", args: [] }]);
  });
  return states;
}

export function middleware(worker: Worker<Jobs>, client: Client<Jobs>) {
  worker.use(async (context: JobContext<Jobs>, next) => {
    await context.client.push("tidy", []);
    await next();
  });
  client.use(async (job, next) => {
    job.custom = { ...job.custom, tenant: "x" };
    // @ts-expect-error -- its arguments are for reading
    job.args[0] = 1;
    await next();
  });
}

declare const resizeSchema: StandardSchema<unknown, [id: string, width: number]>;

export const withSchemas = new Worker<Jobs>({ schemas: { resize: resizeSchema } });

// @ts-expect-error -- the output of the schema is not what this type has
export const withWrongSchema = new Worker<Jobs>({ schemas: { tidy: resizeSchema } });

export async function testing(worker: Worker<Jobs>, client: FakeClient<Jobs>) {
  await runJob(worker, "resize", ["a", 1], { attempt: 2 });
  client.assertPushed("resize", { args: ["a", 1], queue: "images" });
  const constant = ["a", 1] as const;
  await runJob(worker, "resize", constant, { delayMs: 5 });
  client.assertPushed("resize", { args: constant });
  await drain(worker, client);
  // @ts-expect-error -- of the wrong type
  await runJob(worker, "resize", [1, "a"]);
  // @ts-expect-error -- the arguments of another type
  client.assertPushed("tidy", { args: ["a", 1] });
}
