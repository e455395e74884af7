// limit: 60 s
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { startProgram } from "../kit/program.ts";
import { ScriptedServer } from "../kit/scripted-server.ts";
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
  assert.match(
    stderr(),
    new RegExp(
      `^millrace: worker [-0-9a-f]{36} is connected, and runs
millrace: stopping
millrace: stopped
millrace: stays ${jid} was not finished, and handed back\n$`,
    ),
  );
  assert.is((await client.info()).faktory.queues["default"], 1);
  await client.close();
});

test("it ends, whatever the module holds open and whichever handler runs on", async () => {
  const file = write(
    "held-open.mts",
    `import { Worker } from ${JSON.stringify(SDK)};
     setInterval(() => {}, 1_000);
     export const worker: Worker = new Worker({ shutdownTimeoutMs: 0, graceMs: 10 })
       .handle("endless", async () => { for (;;) await new Promise((next) => setTimeout(next, 10)); });`,
  );
  const client = new Client({ url });
  await client.flush();
  const { child, ended, stderr } = start(file);
  const jid = await client.push("endless", []);
  await until(async () => (await client.info()).faktory.sets.working === 1, {
    what: "it runs",
    withinMs: 15_000,
  });
  child.kill("SIGTERM");
  assert.is(await Promise.race([ended, pause(10_000)]), 0);
  assert.ok(stderr().includes(`millrace: endless ${jid} was not finished, and handed back\n`));
  await client.close();
});

test("it tells of jobs that fail, and of the server that goes away, unless it is to be quiet", async () => {
  const file = write(
    "fails.mts",
    `import { Worker } from ${JSON.stringify(SDK)};
     export const worker: Worker = new Worker({ firstBackOffMs: 1, maxBackOffMs: 10 })
       .handle("fails", () => { throw new TypeError("not\\nso"); });`,
  );
  const own = await startBroker();
  const address = { environment: { FAKTORY_URL: `tcp://127.0.0.1:${own.port}` } };
  const loud = startProgram([...FROM_SOURCE, "work", file], address);
  const client = new Client({ url: address.environment.FAKTORY_URL });
  const jid = await client.push("fails", []);
  const failed = new RegExp(
    `\nmillrace: fails ${jid} failed: TypeError: not so \\(at .*fails\\.mts:3:\\d+\\)+\n`,
  );
  await until(() => failed.test(loud.stderr()), { what: "it failed", withinMs: 15_000 });
  const quiet = startProgram([...FROM_SOURCE, "work", "--quiet", file], address);
  await client.push("fails", []);
  await until(async () => (await client.info()).faktory.total_failures === 2, { what: "again" });
  await until(async () => (await client.info()).server.connections > 5, {
    what: "both are connected",
    withinMs: 15_000,
  });
  await client.close();
  await own.stop();
  await until(() => loud.stderr().includes("\nmillrace: no connection to the server: "), {
    what: "it has noticed",
  });
  for (const { child } of [loud, quiet]) child.kill("SIGTERM");
  assert.is(await loud.ended, 0);
  assert.is(await quiet.ended, 0);
  assert.is(loud.stderr().split("no connection to the server").length, 2, "it is said once");
  assert.is(quiet.stderr(), "");
});

test("a server that comes later is waited for", async () => {
  const file = write(
    "waits.mts",
    `import { Worker } from ${JSON.stringify(SDK)};
     export const worker: Worker = new Worker({ callTimeoutMs: 60_000, maxBackOffMs: 50 });`,
  );
  const server = await new ScriptedServer().start();
  const { url: away } = server;
  await server.stop();
  const { child, ended, stderr } = startProgram([...FROM_SOURCE, "work", file], {
    environment: { FAKTORY_URL: away },
  });
  await until(() => stderr() !== "", { what: "it has tried", withinMs: 15_000 });
  await server.start();
  await until(() => stderr().includes("runs"), { what: "it is connected", withinMs: 15_000 });
  assert.match(
    stderr(),
    /^millrace: no connection to the server: .*ECONNREFUSED[^\n]*; it is tried again\nmillrace: worker [-0-9a-f]{36} is connected, and runs\n$/,
  );
  child.kill("SIGKILL");
  await ended;
  await server.stop();
});

test("what can't be run is told with what is wrong", async () => {
  const refusal = async (file: string) => {
    const { ended, stderr } = start(file);
    assert.is(await ended, 1);
    return stderr();
  };
  const none = write("none.mjs", "export const other = 1;");
  assert.match(
    await refusal(none),
    /^millrace: .*none\.mjs does not export a worker, only other: export const worker = new W/,
  );
  const wrong = write("wrong.mjs", "export const worker = { run: 5 };");
  assert.match(
    await refusal(wrong),
    /^millrace: what .*wrong\.mjs exports as "worker" is no Worker/,
  );
  assert.match(await refusal("./not-there.ts"), /^millrace: no such file: .*not-there\.ts\n$/);
  assert.match(await refusal("./bin"), /^millrace: not a file: /);
});

test("what is wrong inside of the module is told with its place", async () => {
  const refusal = async (name: string, text: string) => {
    const { ended, stderr } = start(write(name, text));
    assert.is(await ended, 1);
    return stderr();
  };
  const throws = await refusal("throws.mjs", "let none;\nnone.url;\nexport const worker = 1;");
  assert.match(throws, /^millrace: .*throws\.mjs could not be loaded: TypeError: Cannot read/);
  assert.match(throws, /at .*throws\.mjs:2:/);
  assert.match(
    await refusal("imports.mjs", 'import "./nowhere.mjs";'),
    /could not be loaded: Error.*: Cannot find module .*nowhere\.mjs' imported from .*imports\.mjs/,
  );
  assert.match(
    await refusal("syntax.mjs", "export const a = 1;\nexport const worker = new Worker(;\n"),
    /syntax\.mjs:2(:|\n)/,
  );
});

test.run();
