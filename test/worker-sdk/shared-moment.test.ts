import { once } from "node:events";
import { Worker as Thread } from "node:worker_threads";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SharedMoment } from "../../worker-sdk/shared-moment.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/shared-moment");

test("it is now when it is made, and gets older until another is noted", async () => {
  const moment = new SharedMoment();
  await until(() => moment.agoMs > 5, { what: "it has got older" });
  const noted = SharedMoment.now();
  moment.note(noted);
  assert.ok(moment.agoMs < 5);
});

test("all threads mean the same by it", async () => {
  const moment = new SharedMoment();
  await until(() => moment.agoMs > 50, { what: "it has got older" });
  const thread = new Thread(
    `const { parentPort, workerData } = require("node:worker_threads");
    Atomics.store(new BigInt64Array(workerData), 0, process.hrtime.bigint());
    parentPort.postMessage("noted");`,
    { eval: true, workerData: moment.memory },
  );
  const beforeAt = performance.now();
  await once(thread, "message");
  assert.ok(moment.agoMs <= performance.now() - beforeAt + 1);
  assert.ok(moment.agoMs >= 0);
});

test.run();
