import { suite } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../kit/until.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/unknown-type");

test.after(stopSharedBroker);

test(
  "A2.9 a worker that never heard of a type never ends its job, however often it may be tried",
  withWorkers(async ({ client, worker, queue, sets }) => {
    let refused = 0;
    const run: unknown[] = [];
    const old = worker().handle("other", () => undefined);
    old.events.on("failed", () => refused++);
    await old.start();
    for (const retry of [25, 1, -1, 0]) await client.push("new", [retry], { queue, retry });
    await until(async () => refused === 4 && (await sets()).working === 0, {
      what: "all were refused",
    });
    const { scheduled, retries, dead } = await sets();
    assert.equal({ scheduled, retries, dead }, { scheduled: 1, retries: 2, dead: 1 });
    await old.stop();

    const current = worker().handle("new", ([retry]) => run.push(retry));
    await current.start();
    for (const set of ["scheduled", "retries", "dead"] as const) {
      await client.jobs.requeue(set, { type: "new" });
    }
    await until(async () => (await sets()).working === 0 && run.length === 4, {
      what: "one that knows the type has run them all",
    });
    assert.equal(new Set(run), new Set([25, 1, -1, 0]));
  }),
);

test.run();
