import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { startProgram } from "../kit/program.ts";
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

const start = (file: string) =>
  startProgram([...FROM_SOURCE, "work", file], { environment: { FAKTORY_URL: url } });

test("it runs the worker that a module exports, until SIGTERM, and tells what was left", async () => {
  const file = write(
    "worker.mts",
    `import { Worker } from ${JSON.stringify(SDK)};
     export const worker: Worker = new Worker({ shutdownTimeoutMs: 0, graceMs: 10 })
       .handle("ends", () => {})
       .handle("stays", () => new Promise(() => {}));`,
  );
  const client = new Client({ url });
  const { child, ended, stderr } = start(file);
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
  assert.is(await ended, 0);
  assert.is(stderr(), `millrace: stays ${jid} was not finished, and handed back\n`);
  assert.is((await client.info()).faktory.queues["default"], 1);
  await client.close();
});

test("what can't be run is told in one line", async () => {
  const refusal = async (file: string) => {
    const { ended, stderr } = start(file);
    assert.is(await ended, 1);
    return stderr();
  };
  const none = write("none.mjs", "export const other = 1;");
  assert.match(
    await refusal(none),
    /^millrace: .*none\.mjs does not export a worker: export const/,
  );
  assert.match(await refusal("./not-there.mjs"), /^millrace: Cannot find module .*not-there\.mjs/);
});

test.run();
