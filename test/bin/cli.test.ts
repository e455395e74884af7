// limit: 150 s
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FROM_SOURCE, type Serving, serve } from "../kit/serve.ts";
import { Wire } from "../kit/wire.ts";

const test = suite("the millrace command");

let broker: Serving;

test.before(async () => {
  broker = await serve();
});

test.after(async () => {
  await broker.stop();
});

function millrace(...args: string[]) {
  return spawnSync(process.execPath, [...FROM_SOURCE, ...args], {
    encoding: "utf8",
    env: { ...process.env, FAKTORY_URL: `tcp://127.0.0.1:${broker.port}` },
  });
}

/** The text of the next job in a queue, as a worker gets it. */
async function fetchText(queue: string): Promise<string> {
  const wire = await Wire.hello(broker.port);
  const text = await wire.call(`FETCH ${queue}`);
  wire.close();
  return text;
}

test("push sends JSON as it was typed, everything else as text, and prints the jid", async () => {
  const args = ["1.50", "12345678901234567890", '"007"', '{"z":1,"a":2}', "hello you", "-5"];
  const run = millrace("push", "Resize", "--queue", "cli", "--jid", "cli-job-1", "--", ...args);
  assert.is(run.stderr, "");
  assert.is(run.stdout, "cli-job-1\n");
  const text = await fetchText("cli");
  assert.match(text, '"args":[1.50,12345678901234567890,"007",{"z":1,"a":2},"hello you",-5]');
});

test("push passes its options on", async () => {
  const options = ["--priority", "9", "--retry", "3", "--reserve-for", "90"];
  const run = millrace("push", "T", ...options, "--custom", '{"a":1.0}', "--queue", "options");
  assert.is(run.status, 0);
  const text = await fetchText("options");
  for (const member of ['"priority":9', '"retry":3', '"reserve_for":90', '"custom":{"a":1.0}']) {
    assert.match(text, member);
  }
});

test("each push has a jid of its own", () => {
  const [one, other] = [millrace("push", "T"), millrace("push", "T")];
  assert.is.not(one.stdout, other.stdout);
});

test("what the broker refuses is one line, and not exit code 0", () => {
  const run = millrace("push", "T", "--priority", "12");
  assert.is(run.stderr, "millrace: jobs must have a priority between 1 and 9\n");
  assert.is(run.status, 1);
});

test("an argument with a line break does not become a second command", async () => {
  const run = millrace("push", "T", "[1,\n2]", "two\nlines", "--queue", "breaks");
  assert.is(run.status, 0);
  assert.match(await fetchText("breaks"), '"args":[[1, 2],"two\\nlines"]');
});

test("info shows every figure on a line, and the reply itself with --json", () => {
  const run = millrace("info");
  assert.match(run.stdout, /^faktory\.sets\.dead +0$/m);
  assert.match(run.stdout, /^server\.millrace_version +\d/m);
  assert.is(JSON.parse(millrace("info", "--json").stdout).faktory.sets.dead, 0);
});

test("a broker that is not there is named", () => {
  const run = millrace("info", "--url", "tcp://127.0.0.1:1");
  assert.match(run.stderr, /^millrace: no broker at 127\.0\.0\.1:1: .*ECONNREFUSED/);
  assert.is(run.status, 1);
});

test("the URL of something else is refused, without its password", () => {
  const run = millrace("info", "--url", "http://:secret@localhost");
  assert.match(run.stderr, /^millrace: not the URL of a Faktory server/);
  assert.not.match(run.stderr, /secret/);
});

test("--help teaches each command by examples", () => {
  for (const command of [["--help"], ["serve", "--help"], ["push", "--help"]]) {
    const run = millrace(...command);
    assert.is(run.status, 0);
    assert.match(run.stdout, /Usage: millrace/);
  }
  assert.match(millrace("push", "--help").stdout, /Examples:/);
});

test.run();
