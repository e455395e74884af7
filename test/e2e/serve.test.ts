// limit: 120 s
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { millrace } from "../kit/millrace.ts";
import { startRedis } from "../kit/redis.ts";
import { isAlive, serve, temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

/** Sends one signal to the broker, and tells whether it has ended. */
const signals = ["SIGTERM", "SIGINT"] as const;

const starting = suite("millrace serve: errors on start end with one line and not with 0");

const refused: [what: string, args: string[], environment: NodeJS.ProcessEnv, line: RegExp][] = [
  ["an unknown flag", ["--nope"], {}, /unknown option '--nope'/],
  ["an address without a port", ["-b", "localhost"], {}, /not an address to listen on: localhost/],
  ["a port that is none", ["-b", "localhost:99999"], {}, /not an address to listen on/],
  [
    "an unknown environment",
    ["-e", "qa"],
    {},
    /Allowed choices are development, staging, production/,
  ],
  ["an unknown durability", ["--durability", "never"], {}, /Allowed choices are always, everysec/],
  ["production without a password", ["-e", "production"], {}, /production needs a password/],
  ["a password file that is not there", [], { FAKTORY_PASSWORD: "/nowhere/pw" }, /\/nowhere\/pw/],
  [
    "a Redis that is not there",
    ["--redis", "redis://127.0.0.1:1"],
    {},
    /Redis can't be reached: .*ECONNREFUSED/,
  ],
  ["a data directory that can't be made", ["-d", "/dev/null/x"], {}, /\/dev\/null\/x/],
  [
    "a data directory with too long a path",
    ["-d", `/tmp/${"x".repeat(120)}`],
    {},
    /too long for a unix socket/,
  ],
];

for (const [what, args, environment, line] of refused) {
  starting(what, () => {
    const binding = args.includes("-b") ? [] : ["-b", "127.0.0.1:0"];
    const directory = args.includes("-d") ? [] : ["-d", temporaryDirectory()];
    const config = ["-c", temporaryDirectory()];
    const run = millrace(["serve", ...binding, ...directory, ...config, ...args], environment);
    assert.match(run.stderr, line);
    assert.is(run.status, 1);
    assert.not.match(run.stderr, /\n {4}at /);
  });
}

starting("an address in use", async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
  });
  const directory = temporaryDirectory();
  const run = millrace(["serve", "-b", `127.0.0.1:${port}`, "-d", directory]);
  other.close();
  assert.match(run.stderr, new RegExp(`127.0.0.1:${port} is in use by another program`));
  assert.is(run.status, 1);
});

starting("a data directory that another broker uses", async () => {
  const broker = await serve();
  const run = millrace(["serve", "-b", "127.0.0.1:0", "-d", broker.directory]);
  assert.match(run.stderr, /another millrace broker is running on/);
  assert.is(run.status, 1);
  assert.is(await broker.stop(), 0);
});

starting.run();

const stopping = suite("millrace serve: the end");

for (const signal of signals) {
  stopping(
    `${signal} answers a waiting FETCH, closes all, ends Redis and exits with 0`,
    async () => {
      const broker = await serve();
      const { redisPid } = broker;
      const fetching = await Wire.hello(broker.port);
      const idle = await Wire.hello(broker.port);
      fetching.send("FETCH q");
      await until(() => broker.log.some(({ event }) => event === "connection.opened"), {
        what: "both are there",
      });
      broker.process.kill(signal);
      assert.is(await fetching.read(), "$-1");
      assert.is(await fetching.read(), "(closed)");
      assert.is(await idle.read(), "(closed)");
      assert.is(await broker.ended, 0);
      assert.not.ok(isAlive(redisPid));
    },
  );
}

stopping("kill -9 of the broker leaves no Redis behind", async () => {
  const broker = await serve();
  const { redisPid } = broker;
  broker.process.kill("SIGKILL");
  await broker.ended;
  await until(() => !isAlive(redisPid), { what: "Redis has ended too" });
});

stopping.run();

const losing = suite("millrace serve: Redis goes away");

losing("a Redis that dies is started again, with all that it had acknowledged", async () => {
  const broker = await serve();
  const { redisPid } = broker;
  const wire = await Wire.hello(broker.port);
  assert.is(await wire.push({ jid: "before-death" }), "+OK");
  process.kill(redisPid, "SIGKILL");
  await until(() => broker.redisPid !== redisPid, { what: "another Redis" });
  assert.is(await wire.fetch("default"), "before-death");
  assert.is(await broker.stop(), 0);
});

losing("a Redis that dies again and again ends the broker with the reason", async () => {
  const broker = await serve();
  for (let deaths = 0; deaths < 4; deaths++) {
    const { redisPid } = broker;
    process.kill(redisPid, "SIGKILL");
    await until(() => broker.redisPid !== redisPid || broker.process.exitCode !== null, {
      what: "another Redis, or the end",
    });
  }
  assert.is(await broker.ended, 1);
  assert.ok(broker.log.some(({ event }) => event === "redis.given-up"));
});

losing(
  "while an external Redis is away commands fail in time, and work when it is back",
  async () => {
    const folder = temporaryDirectory();
    const args = ["--appendonly", "yes", "--appendfsync", "always"];
    const first = await startRedis({ folder, args });
    const broker = await serve({ args: ["--redis", `unix://${first.socketPath}`] });
    const wire = await Wire.hello(broker.port);
    assert.is(await wire.push({ jid: "before-away" }), "+OK");
    await first.stop();

    const startedAt = performance.now();
    const reply = await wire.push({ jid: "while-away" });
    assert.match(reply, /^-ERR .*Redis/);
    assert.ok(performance.now() - startedAt < 4_000, "within a few seconds");
    assert.is(await wire.call("nope"), "-ERR unknown command nope", "the connection lives");

    const second = await startRedis({ folder, args });
    const again = await until(
      async () => (await wire.push({ jid: "while-away" })) === "+OK" && (await wire.info()),
      { what: "it works again", withinMs: 10_000 },
    );
    assert.is(again.faktory.queues["default"], 2);
    assert.is(await broker.stop(), 0);
    await second.stop();
  },
);

losing("an external Redis that may lose jobs is named at start", async () => {
  const redis = await startRedis({ args: ["--maxmemory-policy", "allkeys-lru"] });
  const broker = await serve({ args: ["--redis", `unix://${redis.socketPath}`] });
  const dangers = broker.log.filter(({ event }) => event === "redis.unsafe");
  const text = dangers.map(({ danger }) => String(danger)).join("\n");
  assert.match(text, /maxmemory-policy is allkeys-lru/);
  assert.match(text, /no append-only file/);
  assert.is(await broker.stop(), 0);
  await redis.stop();
});

losing.run();

const logging = suite("millrace serve: the log");

logging("never shows arguments or passwords", async () => {
  const broker = await serve({ environment: { FAKTORY_PASSWORD: "s3cret-pw" } });
  const wire = await Wire.open(broker.port);
  await wire.call('HELLO {"v":2,"pwdhash":"wrong"}');
  const address = { FAKTORY_URL: `tcp://:s3cret-pw@127.0.0.1:${broker.port}` };
  const run = millrace(["push", "Secret", '"private-argument"', "--jid", "log-test-1"], address);
  assert.is(run.stdout, "log-test-1\n");
  millrace(["push", "Secret", '"private-argument"', "--jid", "log-test-1"], address);
  assert.is(await broker.stop(), 0);
  const log = JSON.stringify(broker.log);
  assert.match(log, /log-test-1/);
  assert.not.match(log, /s3cret-pw/);
  assert.not.match(log, /private-argument/);
});

logging.run();
