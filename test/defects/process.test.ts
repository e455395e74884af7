// limit: 60 s
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FROM_SOURCE, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

// DEFECT-23, what HUP does to passwords: ../e2e/config.test.ts. DEFECT-24 is a fault of a tool that
// prints queues, which we do not have.

const test = suite("defects of Faktory as a process");

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`DEFECT-21: a second ${signal} ends it at once, without a stack trace`, async () => {
    const broker = await serve();
    // Redis does not answer any longer, so that the first one takes its time.
    process.kill(broker.redisPid, "SIGSTOP");
    const wire = await Wire.hello(broker.port);
    wire.send("INFO");
    broker.process.kill(signal);
    await until(() => broker.log.some(({ event }) => event === "broker.stopping"), {
      what: "it is stopping",
    });
    broker.process.kill(signal);
    assert.is(await broker.ended, 1);
    assert.is(broker.stderr(), "");
    process.kill(broker.redisPid, "SIGCONT");
    wire.close();
  });
}

test("DEFECT-22: an error at the start ends it with 1", async () => {
  const broker = await serve();
  const directory = temporaryDirectory();
  const args = ["serve", "-b", `127.0.0.1:${broker.port}`, "-d", directory, "-c", directory];
  const second = spawnSync(process.execPath, [...FROM_SOURCE, ...args], { timeout: 20_000 });
  assert.is(second.status, 1);
  assert.is(await broker.stop(), 0);
});

test("DEFECT-31: a Redis that has ended by itself, and cleanly, is started again", async () => {
  const broker = await serve();
  const { redisPid } = broker;
  const wire = await Wire.hello(broker.port);
  assert.is(await wire.push({ jid: "before-the-end" }), "+OK");
  process.kill(redisPid, "SIGTERM");
  await until(() => broker.redisPid !== redisPid, { what: "another Redis" });
  assert.is(await wire.fetch("default"), "before-the-end");
  assert.is(await broker.stop(), 0);
});

test.run();
