import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { Cancelled, ServerUnavailable } from "../../worker-sdk/errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/tag-administration");

test.after(stopSharedBroker);

test(
  "all jobs with a tag are called off, those that run are waited for, and then the tag is free again",
  withWorkers(async ({ client, worker, queue }) => {
    const custom = { tags: ["tenant-7"] };
    let finish = () => {};
    const reasons: unknown[] = [];
    const working = worker({ beatIntervalMs: 50, concurrency: 1, graceMs: 60_000 });
    working.handle("sync", async (_args, { signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    await working.start();
    const first = await client.push("sync", [], { queue, custom });
    await until(async () => (await client.jobs.find(first))?.state === "working", {
      what: "it runs",
    });
    await client.pushBulk(
      Array.from({ length: 5 }, () => ({ type: "sync", args: [], queue, custom })),
    );
    assert.equal(await client.tags.find("tenant-7"), { jobs: 6, cancel: undefined });

    const { at, ...told } = await client.tags.cancel("tenant-7", { reason: "moved", by: "ann" });
    assert.equal(told, {
      state: "cancelling",
      waiting: 5,
      running: 1,
      reason: "moved",
      by: "ann",
    });
    assert.ok(at instanceof Date);
    await until(() => reasons.length === 1, { what: "the one that runs is told" });
    assert.match(String(reasons[0]), "JobCancelled: cancelled by ann: moved");
    const refusal = await failureOf(client.push("sync", [], { queue, custom }));
    assert.instance(refusal, Cancelled);
    assert.is((refusal as Cancelled).code, "CANCELLING");

    finish();
    await until(async () => (await client.tags.find("tenant-7")).cancel?.state === "cancelled", {
      what: "it has ended",
    });
    const { jobs, cancel } = await client.tags.find("tenant-7");
    assert.equal([jobs, cancel?.running, cancel?.waiting], [0, 0, 5]);
    assert.ok((cancel?.endedAt?.getTime() ?? 0) >= (at?.getTime() ?? Number.NaN));
    await client.push("sync", [], { queue: "elsewhere", custom });
  }),
);

test(
  "to cancel a tag is not repeated when the reply is lost: by then it may be the next run",
  withScriptedServer(async (server) => {
    server.answer = (_, connection) => {
      connection.cut();
      return undefined;
    };
    const client = new Client({ url: server.url, firstBackOffMs: 1 });
    const error = await failureOf(client.tags.cancel("tenant-7"));
    assert.instance(error, ServerUnavailable);
    assert.is((error as ServerUnavailable).mayBeDone, true);
    assert.equal(server.lines, ['JOB CANCEL {"tag":"tenant-7"}']);
    await client.close();
  }),
);

test.run();
