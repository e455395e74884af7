import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { startBroker, type TestBroker } from "../kit/broker.ts";
import { startProgram } from "../kit/program.ts";
import { until } from "../kit/until.ts";

const test = suite("docs/examples");

let broker: TestBroker;
let client: Client;

test.before(async () => {
  broker = await startBroker();
  client = new Client({ url: `tcp://127.0.0.1:${broker.port}` });
});

test.after(async () => {
  await client.close();
  await broker.stop();
});

/** As a user would; "millrace" is this package's dist. */
const start = (file: string, port = broker.port, ...flags: string[]) =>
  startProgram(["--import", "tsx", ...flags, `docs/examples/${file}`], {
    environment: { FAKTORY_URL: `tcp://127.0.0.1:${port}`, NODE_TEST_CONTEXT: undefined },
  });

test("produce.ts pushes", async () => {
  const { ended, stdout, stderr } = start("produce.ts");
  assert.is(await ended, 0, stderr());
  assert.match(stdout(), /^pushed [0-9a-f]{24}; 1 queued, 1 later\n$/);
});

test("it says when there is no server", async () => {
  const { ended, stderr } = start("produce.ts", 1);
  assert.is(await ended, 1);
  assert.match(stderr(), /^try again later: no server at 127\.0\.0\.1:1 within 5000 ms: .*ECONN/);
});

test("run.ts works off what was pushed, and stops", async () => {
  const { child, ended, stdout } = start("run.ts");
  await until(async () => (await client.info()).faktory.total_processed === 3, {
    what: "the import and both resizes are done",
    withinMs: 15_000,
  });
  child.kill("SIGINT");
  assert.is(await ended, 0);
  assert.match(stdout(), /^import holiday: \d+ ms\nresize holiday\/a\.png 300: \d+ ms\n/);
  assert.match(stdout(), /\nstopped; 0 jobs were handed back\n$/);
});

test("album.ts pushes a batch", async () => {
  const { ended, stdout, stderr } = start("album.ts");
  assert.is(await ended, 0, stderr());
  assert.match(stdout(), /^batch b-[\w-]{14}: 3 of 3 jobs are left\n$/);
});

test("sync.ts runs a chain from its start to its end", async () => {
  const { ended, stdout, stderr } = start("sync.ts");
  assert.is(await ended, 0, stderr());
  assert.is(stdout(), "tenant-7: 6 rows\n");
});

test("images.test.ts passes", async () => {
  const { ended, stdout } = start("images.test.ts", broker.port, "--test");
  assert.is(await ended, 0, stdout());
  assert.match(stdout(), /pass 4/);
});

test("chain.ts runs its stages one after another", async () => {
  const { ended, stdout, stderr } = start("chain.ts");
  assert.is(await ended, 0, stderr());
  const lines = stdout().trimEnd().split("\n");
  // Jobs of one stage run at the same time.
  assert.equal(lines.splice(0, 2).toSorted(), ["download a.xml", "download b.xml"]);
  assert.is(lines.shift(), "stage 0 is done");
  assert.equal(lines.splice(0, 2).toSorted(), ["convert a.xml", "convert b.xml"]);
  const rest = ["stage 1 is done", "publish catalogue", "stage 2 is done", "imported"];
  assert.equal(lines, rest);
});

test.run();
