import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startRedis } from "./redis.ts";
import { until } from "./until.ts";

const test = suite("kit/redis");

/** Sends one inline command, and returns all that Redis says until it closes. */
async function ask(socketPath: string, command: string): Promise<string> {
  const socket = createConnection(socketPath).end(`${command}\r\nQUIT\r\n`);
  return (await socket.setEncoding("utf8").toArray()).join("");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("it answers on a socket of its own, and keeps nothing on disk", async () => {
  const redis = await startRedis();
  assert.match(await ask(redis.socketPath, "CONFIG GET port"), /\n0\r\n/);
  assert.match(await ask(redis.socketPath, "CONFIG GET appendonly"), /\nno\r\n/);
  await redis.stop();
});

test("two of them do not know each other", async () => {
  const [one, other] = await Promise.all([startRedis(), startRedis()]);
  await ask(one.socketPath, "SET name one");
  assert.is(await ask(other.socketPath, "GET name"), "$-1\r\n+OK\r\n");
  await Promise.all([one.stop(), other.stop()]);
});

test("stop ends it and removes its folder, and may be called twice", async () => {
  const redis = await startRedis();
  await redis.stop();
  await redis.stop();
  assert.not(isAlive(redis.pid));
  assert.not(existsSync(redis.folder));
});

test("it ends with the process that started it", async () => {
  const kit = new URL("redis.ts", import.meta.url).href;
  const script = `const { startRedis } = await import(${JSON.stringify(kit)});
    const { pid, folder } = await startRedis();
    console.log(JSON.stringify({ pid, folder }));`;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  const { pid, folder } = JSON.parse(stdout) as { pid: number; folder: string };
  await until(() => !isAlive(pid), { what: "it is dead" });
  assert.not(existsSync(folder));
});

test("what it was told to keep is there after kill -9", async () => {
  const args = ["--appendonly", "yes", "--appendfsync", "always"];
  const first = await startRedis({ args });
  await ask(first.socketPath, "SET name first");
  process.kill(first.pid, "SIGKILL");
  await until(() => !isAlive(first.pid), { what: "the first one is dead" });

  const second = await startRedis({ args, folder: first.folder });
  assert.match(await ask(second.socketPath, "GET name"), /first/);
  await second.stop();
  await first.stop();
  assert.not(existsSync(first.folder));
});

test("one that cannot start says why", async () => {
  try {
    await startRedis({ args: ["--no-such-option", "1"] });
    assert.unreachable("it started");
  } catch (error) {
    assert.instance(error, Error);
    assert.match((error as Error).message, "no-such-option");
  }
});

test.run();
