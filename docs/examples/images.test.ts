// Tests of handlers and producers, without a server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Discard, RetryAt } from "millrace";
import { drain, FakeClient, runJob } from "millrace/testing";
import { type Jobs, worker } from "./images.ts";

test("an import pushes a resize for each image", async () => {
  const { client } = await runJob(worker, "import", ["holiday"]);
  client.assertPushed("resize", { args: ["holiday/a.png", 300], queue: "bulk" });
  assert.equal(client.pushed.length, 2);
});

test("there is nothing to do in an empty folder", async () => {
  await assert.rejects(runJob(worker, "import", ["empty"]), Discard);
});

test("a busy service is asked again, later with each attempt", async () => {
  const busy = runJob(worker, "resize", ["busy.png", 300], { attempt: 3 });
  await assert.rejects(
    busy,
    (error) => error instanceof RetryAt && error.at > Date.now() + 120_000,
  );
});

test("all that follows from one push comes to its end", async () => {
  const client = new FakeClient<Jobs>();
  await client.push("import", ["holiday"]);
  const { done, failed } = await drain(worker, client);
  assert.deepEqual([done.length, failed], [3, []]);
});
