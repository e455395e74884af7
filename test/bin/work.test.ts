import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { FROM_SOURCE, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const test = suite("millrace work");

const SDK = new URL("../../worker-sdk/index.ts", import.meta.url).href;

let broker: TestBroker;
let url: string;

test.before(async () => {
  broker = await startBroker();
  url = `tcp://127.0.0.1:${broker.port}`;
});

test.after(() => broker.stop());

function write(name: string, text: string): string {
  const file = join(temporaryDirectory(), name);
  writeFileSync(file, text);
  return file;
}

function start(file: string) {
  const child = spawn(process.execPath, [...FROM_SOURCE, "work", file], {
    env: { ...process.env, FAKTORY_URL: url },
    stdio: ["ignore", "inherit", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, "exit").then(([code]: unknown[]) => ({ code, said }));
  return { child, ended };
}

test("it runs the worker that a module exports, until SIGTERM, and tells what was left", async () => {
  const file = write(
    "worker.mts",
    `import { Worker } from ${JSON.stringify(SDK)};
     export const worker: Worker = new Worker({ shutdownTimeoutMs: 0, graceMs: 10 })
       .handle("ends", () => {})
       .handle("stays", () => new Promise(() => {}));`,
  );
  const client = new Client({ url });
  const { child, ended } = start(file);
  await client.push("ends", []);
  const jid = await client.push("stays", []);
  await until(
    async () => {
      const { faktory } = await client.info();
      return faktory.total_processed === 1 && faktory.sets.working === 1;
    },
    { what: "one is done and one runs", withinMs: 15_000 },
  );
  child.kill("SIGTERM");
  const expected = `millrace: stays ${jid} was not finished, and handed back\n`;
  assert.equal(await ended, { code: 0, said: expected });
  assert.is((await client.info()).faktory.queues["default"], 1);
  await client.close();
});

test("what can't be run is told in one line", () => {
  const run = (file: string) => {
    const { status, stderr } = spawnSync(process.execPath, [...FROM_SOURCE, "work", file], {
      encoding: "utf8",
      env: { ...process.env, FAKTORY_URL: "tcp://127.0.0.1:1" },
    });
    assert.is(status, 1);
    return stderr;
  };
  const none = write("none.mjs", "export const other = 1;");
  assert.match(run(none), /^millrace: .*none\.mjs does not export a worker: export const worker/);
  assert.match(run("./not-there.mjs"), /^millrace: Cannot find module .*not-there\.mjs/);
});

test.run();
