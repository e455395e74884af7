// limit: 90 s
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { EmbeddedRedis } from "../../../broker/store/embedded-redis.ts";
import { withFolder } from "../../kit/folder.ts";
import { type RecordingLogger, recordingLogger } from "../../kit/log.ts";
import { isAlive } from "../../kit/process.ts";
import { until } from "../../kit/until.ts";

const test = suite("store/embedded-redis");

interface World {
  directory: string;
  log: RecordingLogger;
  /** Each ends up in `started` and is stopped with the test. */
  start(directory?: string): Promise<EmbeddedRedis>;
  /** Process ids in the order of the starts. */
  pids(): number[];
  givenUp: Error[];
}

function withRedis(run: (world: World) => Promise<void>): () => Promise<void> {
  return withFolder(async (folder) => {
    const started: EmbeddedRedis[] = [];
    const log = recordingLogger();
    const givenUp: Error[] = [];
    const home = join(folder, "db");
    const start = async (directory = home) => {
      const onGivenUp = (error: Error) => givenUp.push(error);
      const redis = await EmbeddedRedis.start({ directory, durability: "always", log, onGivenUp });
      started.push(redis);
      return redis;
    };
    const pids = () => log.of("redis.started").map(({ redisPid }) => Number(redisPid));
    try {
      await run({ directory: home, log, start, pids, givenUp });
    } finally {
      await Promise.all(started.map((redis) => redis.stop()));
    }
  });
}

/** Sends one command on a connection of its own. */
async function ask(socket: string, command: string, ...parameters: string[]): Promise<unknown> {
  const redis = new Redis(socket, { retryStrategy: () => null }).on("error", () => {});
  try {
    return await redis.call(command, ...parameters);
  } finally {
    redis.disconnect();
  }
}

async function refusal(start: Promise<unknown>): Promise<string> {
  try {
    await start;
    return "it started";
  } catch (error) {
    return (error as Error).message;
  }
}

/** The shells that would stop a Redis with this process. */
function guardsOf(pid: number | undefined): string[] {
  const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.endsWith(`kill -TERM "$0" ${pid}`));
}

test(
  "it makes its directory, answers, and is set up to lose nothing",
  withRedis(async ({ start, directory }) => {
    const redis = await start();
    assert.is(redis.socket, join(directory, "millrace-redis.sock"));
    assert.is(await ask(redis.socket, "PING"), "PONG");
    const settings = ["port", "appendonly", "appendfsync", "save", "maxmemory-policy", "dir"];
    const shown = (await ask(redis.socket, "CONFIG", "GET", ...settings)) as string[];
    const found = Object.fromEntries(
      settings.map((name) => [name, shown[shown.indexOf(name) + 1]] as const),
    );
    assert.equal(found, {
      port: "0",
      appendonly: "yes",
      appendfsync: "always",
      save: "",
      "maxmemory-policy": "noeviction",
      dir: directory,
    });
  }),
);

test(
  "what it was told is there after a stop and a start",
  withRedis(async ({ start, pids, directory }) => {
    const first = await start();
    await ask(first.socket, "SET", "name", "value");
    await first.stop();
    await first.stop();
    assert.not(isAlive(pids()[0] ?? 0));
    await until(() => guardsOf(pids()[0]).length === 0, { what: "its guard has ended" });
    assert.equal(readdirSync(directory), ["appendonlydir"]);
    const second = await start();
    assert.is(await ask(second.socket, "GET", "name"), "value");
  }),
);

test(
  "a second one on the same directory is refused, and the first goes on",
  withRedis(async ({ start, directory }) => {
    const first = await start();
    assert.is(
      await refusal(start()),
      `another millrace broker is running on ${directory}: choose another -d, or stop it`,
    );
    assert.is(await ask(first.socket, "PING"), "PONG");
  }),
);

test(
  "a path that is too long for a socket is refused before anything is made",
  withRedis(async ({ start, directory }) => {
    const long = join(directory, "d".repeat(103));
    assert.is(
      await refusal(start(long)),
      `the path ${long} is too long for a unix socket: choose a shorter -d`,
    );
    assert.throws(() => readdirSync(directory), /ENOENT/);
  }),
);

test(
  "when it is killed it is started again, with all that it had acknowledged",
  withRedis(async ({ start, pids, log, givenUp }) => {
    const redis = await start();
    await ask(redis.socket, "SET", "name", "value");
    process.kill(pids()[0] ?? 0, "SIGKILL");
    await until(() => pids().length === 2, { what: "it is started again" });
    assert.is(await ask(redis.socket, "GET", "name"), "value");
    const [died] = log.of("redis.died");
    assert.match(
      (died?.err as Error | undefined)?.message ?? "",
      "redis-server ended with SIGKILL",
    );
    await until(() => guardsOf(pids()[0]).length === 0, { what: "its guard has ended" });
    assert.is(guardsOf(pids()[1]).length, 1);
    assert.equal(givenUp, []);
  }),
);

test(
  "when it dies over and over it is given up",
  withRedis(async ({ start, pids, givenUp }) => {
    const redis = await start();
    for (let death = 1; death <= 4; death++) {
      await until(() => pids().length === death, { what: `start ${death}` });
      process.kill(pids().at(-1) ?? 0, "SIGKILL");
    }
    await until(() => givenUp.length > 0, { what: "it is given up" });
    assert.is(givenUp.length, 1);
    assert.match(givenUp[0]?.message ?? "", "redis-server ended with SIGKILL");
    assert.is(await refusal(ask(redis.socket, "PING")), "Connection is closed.");
    assert.is(pids().length, 4);
  }),
);

/** A file from which Redis can't start. */
function spoilFiles(directory: string): void {
  const folder = join(directory, "appendonlydir");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "appendonly.aof.manifest"), "nonsense\n");
}

test(
  "one that can't be started repeats its last words, and lets the directory go",
  withRedis(async ({ start, directory }) => {
    spoilFiles(directory);
    const message = await refusal(start());
    assert.match(message, /^redis-server ended with code 1\. Its last words:\n/);
    assert.match(message, /AOF manifest/);
    assert.match(await refusal(start()), "Its last words");
  }),
);

test(
  "one that can't be started again is given up with its last words",
  withRedis(async ({ start, directory, pids, givenUp }) => {
    await start();
    spoilFiles(directory);
    process.kill(pids()[0] ?? 0, "SIGKILL");
    await until(() => givenUp.length > 0, { what: "it is given up" });
    assert.match(givenUp[0]?.message ?? "", /AOF manifest/);
  }),
);

test(
  "it can be stopped while it is being started again",
  withRedis(async ({ start, pids, log, givenUp }) => {
    const redis = await start();
    process.kill(pids()[0] ?? 0, "SIGKILL");
    await until(() => log.of("redis.died").length > 0, { what: "its death is seen" });
    await redis.stop();
    assert.is(await refusal(ask(redis.socket, "PING")), "Connection is closed.");
    assert.equal(givenUp, []);
  }),
);

test(
  "one that an earlier broker left behind is stopped, and its data taken over",
  withRedis(async ({ start, directory, log }) => {
    mkdirSync(directory, { recursive: true });
    const socket = join(directory, "millrace-redis.sock");
    const settings = ["--port", "0", "--unixsocket", socket, "--dir", directory];
    const args = [...settings, "--appendonly", "yes", "--save", ""];
    const orphan = spawn("redis-server", args, { stdio: "ignore" });
    const answers = async () =>
      (await refusal(ask(socket, "SET", "name", "value"))) === "it started";
    await until(answers, { what: "the orphan answers" });
    const ended = once(orphan, "exit");
    const redis = await start();
    await ended;
    assert.is(log.of("redis.orphan-stopping").length > 0, true);
    assert.is(await ask(redis.socket, "GET", "name"), "value");
  }),
);

test(
  "warnings of its own come into the log",
  withRedis(async ({ start, log }) => {
    await start();
    await until(() => log.of("redis.says").length > 0, { what: "Redis has said something" });
    for (const { text } of log.of("redis.says")) assert.type(text, "string");
  }),
);

test(
  "it runs the first of redis-server and valkey-server that is on the PATH, or says that none is",
  withRedis(async ({ start, directory, log }) => {
    const programs = join(directory, "..", "programs");
    const path = process.env["PATH"];
    const redisServer = path?.split(delimiter).find((one) => existsSync(join(one, "redis-server")));
    mkdirSync(programs);
    try {
      process.env["PATH"] = programs;
      assert.match(await refusal(start()), "neither redis-server nor valkey-server is on the PATH");
      symlinkSync(join(redisServer ?? "", "redis-server"), join(programs, "valkey-server"));
      await start();
    } finally {
      process.env["PATH"] = path;
    }
    assert.equal(
      log.of("redis.started").map(({ program }) => program),
      ["valkey-server"],
    );
  }),
);

test.run();
