// limit: 180 s
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Connection } from "../../worker-sdk/connection.ts";
import { configDirectory, writeConfig } from "../kit/config.ts";
import { leftOut } from "../kit/left-out.ts";
import { millrace } from "../kit/millrace.ts";
import { FROM_SOURCE, type Serving, serve } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

/** A Faktory to start beside, where there is one. */
const FAKTORY = process.env["FAKTORY_BIN"] ?? "";

function connect(port: number, password: string): Promise<Connection> {
  const address = { host: "127.0.0.1", port, isTls: false, password };
  return Connection.connect(address, { timeoutMs: 5_000 });
}

async function isLetIn(port: number, password: string): Promise<boolean> {
  try {
    (await connect(port, password)).close();
    return true;
  } catch (error) {
    assert.match(String(error), /Invalid password|asks for a password/);
    return false;
  }
}

/** Sends SIGHUP, and gives the event that answers it. */
async function reload(broker: Serving): Promise<string> {
  const answers = () => broker.log.filter(({ event }) => /^config\.(not-)?reloaded$/.test(event));
  const before = answers().length;
  broker.process.kill("SIGHUP");
  await until(() => answers().length > before, { what: "SIGHUP is answered" });
  return answers().at(-1)?.event ?? "";
}

const starting = suite("configuration: start");

starting("conf.d gives address, password and limits, with a table in two files", async () => {
  const directory = configDirectory({
    "conf.d/a.toml": '[faktory]\nbinding = "127.0.0.1:0"\n[[cron]]\nschedule = "* * * * *"',
    "conf.d/b.toml": '[faktory]\npassword = "s3cret"\n[millrace.limits]\nhandshake_ms = 1000',
  });
  const broker = await serve({ flags: ["-c", directory, "-d", directory, "-w=:0", "-l", "debug"] });
  assert.ok(await isLetIn(broker.port, "s3cret"));
  assert.not.ok(await isLetIn(broker.port, "wrong"));
  const wire = await Wire.open(broker.port);
  assert.is(await wire.read(), "-ERR handshake not completed within 1 seconds");
  const ignored = broker.log.filter(({ event }) => event === "config.ignored");
  assert.is(ignored.length, 1);
  assert.match(String(ignored[0]?.["message"]), /\[\[cron\]\]/);
  assert.not.ok(broker.log.some(({ event }) => event === "web.unavailable"));
  assert.not.match(JSON.stringify(broker.log), /s3cret/);
  assert.is(await broker.stop(), 0);
});

starting("a mistake in a file ends it at once, with the file, the line and exit code 1", () => {
  const directory = configDirectory({ "conf.d/a.toml": "[faktory]\npassword = 1" });
  const run = millrace(["serve", "-c", directory, "-d", directory]);
  assert.is(
    run.stderr,
    `millrace: ${directory}/conf.d/a.toml:2: faktory.password: expected a text in quotes, got a number\n`,
  );
  assert.is(run.stdout, "");
  assert.is(run.status, 1);
});

starting("production runs with the password file that Faktory's packages make", async () => {
  const directory = configDirectory({ password: "0123456789abcdef\n" });
  const args = ["-e", "production"];
  const broker = await serve({ directory, args });
  assert.ok(await isLetIn(broker.port, "0123456789abcdef"));
  assert.is(await broker.stop(), 0);
});

starting("FAKTORY_ENV is what -e does not say", () => {
  const directory = configDirectory({});
  const flags = ["-c", directory, "-d", directory];
  const run = millrace(["serve", ...flags], { FAKTORY_ENV: "staging" });
  assert.match(run.stderr, /^millrace: staging needs a password/);
});

starting("a log level that nobody knows is said, and means warnings as in Faktory", async () => {
  const directory = configDirectory({});
  const wanted = ["-b", "127.0.0.1:0", "-c", directory, "-d", directory, "-l", "loud"];
  const run = spawn(process.execPath, [...FROM_SOURCE, "serve", ...wanted]);
  const [line] = (await once(run.stdout, "data")) as [Buffer];
  assert.match(line.toString(), /"event":"config.warning","message":"'loud' is no log level/);
  run.kill("SIGKILL");
  await once(run, "close");
});

starting("the same conf.d and flags start Faktory and millrace", async () => {
  if (!existsSync(FAKTORY))
    return leftOut("conf.d on a real Faktory", "FAKTORY_BIN names no program");
  const port = await findPort();
  const directory = configDirectory({
    "conf.d/faktory.toml": `[faktory]\nbinding = "127.0.0.1:${port}"\npassword = "s3cret"`,
    "conf.d/cron.toml": '[[cron]]\nschedule = "1 1 1 1 *"\n[cron.job]\ntype = "A"',
    "conf.d/millrace.toml": '[millrace]\nlog_level = "debug"\n[millrace.limits]\nmax_running = 9',
  });
  const flags = ["-c", directory, "-d", directory, "-e=production", "-w", ":0"];
  const faktory = spawn(FAKTORY, flags, { stdio: "ignore" });
  await until(() => isLetIn(port, "s3cret").catch(() => false), { what: "Faktory lets us in" });
  faktory.kill("SIGTERM");
  await once(faktory, "close");
  const broker = await serve({ flags });
  assert.is(broker.port, port);
  assert.ok(await isLetIn(port, "s3cret"));
  assert.is(await broker.stop(), 0);
});

starting.run();

const reloading = suite("configuration: SIGHUP");

const withPassword = (password: string) => ({
  "conf.d/a.toml": `[faktory]\npassword = "${password}"\n`,
});

reloading("another password counts at once, and nobody is thrown out", async () => {
  const directory = configDirectory(withPassword("s3cret-a"));
  const broker = await serve({ directory });
  const inside = await connect(broker.port, "s3cret-a");
  writeConfig(directory, withPassword("s3cret-b"));
  assert.is(await reload(broker), "config.reloaded");
  assert.not.ok(await isLetIn(broker.port, "s3cret-a"));
  assert.ok(await isLetIn(broker.port, "s3cret-b"));
  assert.is((await inside.ask("INFO")).kind, "bulk");
  inside.close();
  const changes = broker.log.filter(({ event }) => event === "config.changed");
  assert.equal(
    changes.map(({ setting }) => setting),
    ["faktory.password"],
  );
  assert.not.match(JSON.stringify(broker.log), /s3cret/);
  assert.is(await broker.stop(), 0);
});

reloading(
  "a client that was greeted without a password needs the new one all the same",
  async () => {
    const directory = configDirectory({ "conf.d/a.toml": "" });
    const broker = await serve({ directory });
    const greeted = await Wire.open(broker.port);
    writeConfig(directory, withPassword("s3cret"));
    await reload(broker);
    assert.is(await greeted.call('HELLO {"v":2}'), "-ERR Invalid password");
    assert.is(await broker.stop(), 0);
  },
);

reloading("limits and the log level follow, and what can't is named", async () => {
  const directory = configDirectory({ "conf.d/a.toml": "" });
  const flags = ["-b", "127.0.0.1:0", "-c", directory, "-d", directory];
  const broker = await serve({ flags });
  const first = await Wire.hello(broker.port);
  const limits = "[millrace.limits]\nmax_connections = 1\n";
  const fixed = '[millrace]\nnamespace = "other"\nlog_level = "debug"\n';
  writeConfig(directory, { "conf.d/a.toml": limits + fixed });
  await reload(broker);
  const refused = await Wire.open(broker.port);
  assert.is(refused.greeting, "-ERR too many connections: 2");
  const named = (event: string) =>
    broker.log.filter((line) => line.event === event).map(({ setting }) => setting);
  assert.equal(named("config.needs-restart"), ["millrace.namespace"]);
  assert.equal(named("config.changed"), ["millrace.log_level", "millrace.limits.max_connections"]);
  assert.is(await first.call("nope"), "-ERR unknown command nope");
  await until(() => broker.log.some(({ event }) => event === "command.refused"), {
    what: "a line of the level debug",
  });
  assert.is(await broker.stop(), 0);
});

reloading("a mistake changes nothing, and is logged with its line", async () => {
  const directory = configDirectory(withPassword("s3cret-a"));
  const broker = await serve({ directory });
  writeConfig(directory, { "conf.d/a.toml": '[faktory]\npassword = "s3cret-b"\nbinding = 7' });
  assert.is(await reload(broker), "config.not-reloaded");
  const [mistake] = broker.log.filter(({ event }) => event === "config.error");
  assert.match(String(mistake?.["origin"]), /conf\.d\/a\.toml:3$/);
  assert.ok(await isLetIn(broker.port, "s3cret-a"));
  assert.is(await broker.stop(), 0);
});

reloading.run();

const crowd = suite("configuration: too many clients");

crowd("who comes when all places are taken is told so, and the log says it once", async () => {
  const broker = await serve({ args: ["--max-connections", "2"] });
  const inside = [await Wire.hello(broker.port), await Wire.hello(broker.port)];
  for (let n = 0; n < 5; n++) {
    const refused = await Wire.open(broker.port);
    assert.is(refused.greeting, "-ERR too many connections: 3");
    assert.is(await refused.read(), "(closed)");
  }
  assert.is(broker.log.filter(({ event }) => event === "server.full").length, 1);
  inside[0]?.close();
  await until(async () => !(await Wire.open(broker.port)).greeting.startsWith("-ERR"), {
    what: "a place is free again",
  });
  assert.is(await broker.stop(), 0);
});

crowd(
  "where the system allows too few open files, fewer clients are let in, and told so",
  async () => {
    const broker = await serve({ openFiles: 210 });
    const [lowered] = broker.log.filter(({ event }) => event === "limits.lowered");
    assert.is(lowered?.["allowed"], 10);
    assert.match(String(lowered?.["reason"]), /210 open files, and needs 10200/);
    for (let n = 0; n < 10; n++) await Wire.hello(broker.port);
    const refused = await Wire.open(broker.port);
    assert.is(refused.greeting, "-ERR too many connections: 11");
    assert.is(await broker.stop(), 0);
  },
);

crowd.run();

const looking = suite("configuration: looking at it");

looking("check-config shows each value with its origin, and no secret", () => {
  const directory = configDirectory({
    "conf.d/a.toml": '[faktory]\npassword = "s3cret"\nbindng = "x"\n[statsd]\nlocation = "x:1"',
  });
  const run = millrace(["check-config", "-c", directory, "-b=:7500"], { FAKTORY_ENV: "staging" });
  const file = `${directory}/conf.d/a.toml`;
  for (const line of [
    /^environment +staging +FAKTORY_ENV$/m,
    /^faktory\.binding +0\.0\.0\.0:7500 +-b$/m,
    new RegExp(`^faktory\\.password +\\*{8} +${file}:2$`, "m"),
    /^millrace\.limits\.max_line_bytes +33554432 +default$/m,
    new RegExp(`^warning: ${file}:3: faktory\\.bindng is unknown$`, "m"),
    new RegExp(`^ignored: ${file}:4: \\[statsd\\]: `, "m"),
  ]) {
    assert.match(run.stdout, line);
  }
  assert.not.match(run.stdout, /s3cret/);
  assert.is(run.stderr, "");
  assert.is(run.status, 0);
});

looking("check-config ends with 1 when there is an error", () => {
  const directory = configDirectory({ "conf.d/a.toml": "[web]\nbinding = true" });
  const run = millrace(["check-config", "-c", directory]);
  assert.match(run.stdout, /^error: .*a\.toml:2: web\.binding: expected a text in quotes/m);
  assert.is(run.status, 1);
});

looking("SIGTTIN logs what is going on", async () => {
  const broker = await serve();
  await Wire.hello(broker.port);
  await Wire.open(broker.port);
  broker.process.kill("SIGTTIN");
  const dump = await until(() => broker.log.find(({ event }) => event === "broker.dump"), {
    what: "the dump",
  });
  assert.is(dump["connections"], 2);
  assert.is(dump["identified"], 1);
  assert.ok(Number(dump["rssBytes"]) > 0);
  assert.is(await broker.stop(), 0);
});

looking.run();

/** One that nobody listens on, just now. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
