import { suite } from "uvu";
import * as assert from "uvu/assert";
import { silentLogger } from "../../../broker/logger.ts";
import { findDangers } from "../../../broker/store/redis-check.ts";
import { RedisLink } from "../../../broker/store/redis-link.ts";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { startRedis } from "../../kit/redis.ts";

const test = suite("store/redis-check");

/** What is said of a Redis that runs with these arguments. */
async function dangersOf(...args: string[]): Promise<string[]> {
  const redis = await startRedis({ args });
  const link = new RedisLink({ socket: redis.socketPath }, silentLogger);
  try {
    await link.connect();
    return await findDangers(link);
  } finally {
    link.close();
    await redis.stop();
  }
}

/** A Redis that answers as a real one does, but for what the test says. */
function linkTo(facts: Record<string, string>, settings: () => unknown): RedisLink {
  const all = {
    redis_version: "7.2.4",
    role: "master",
    aof_enabled: "1",
    maxmemory_policy: "noeviction",
    ...facts,
  };
  const lines = ["# Server", ...Object.entries(all).map(([name, value]) => `${name}:${value}`), ""];
  const info = Buffer.from(lines.join("\r\n"));
  const call = async (command: string) => (command === "INFO" ? info : settings());
  return { call } as unknown as RedisLink;
}

const always = () => [Buffer.from("appendfsync"), Buffer.from("always")];

const SAFE = ["--appendonly", "yes", "--appendfsync", "always"];

const EVERYSEC =
  "appendfsync is everysec: up to some seconds of acknowledged jobs are lost when the machine fails. Set it to always to lose none.";

test("of a Redis that keeps everything nothing is said", async () => {
  assert.equal(await dangersOf(...SAFE), []);
  assert.equal(await findDangers(linkTo({}, always)), []);
});

test("a Redis without an append-only file forgets", async () => {
  assert.equal(await dangersOf(), [
    "there is no append-only file: acknowledged jobs are lost when Redis stops. Set appendonly to yes.",
  ]);
});

test("a Redis that writes once a second may lose some", async () => {
  assert.equal(await dangersOf("--appendonly", "yes", "--appendfsync", "everysec"), [EVERYSEC]);
});

test("a Redis that makes room may delete jobs", async () => {
  assert.equal(await dangersOf(...SAFE, "--maxmemory-policy", "allkeys-lru"), [
    "maxmemory-policy is allkeys-lru: Redis may delete jobs to make room. Set it to noeviction.",
  ]);
});

test("a replica can't be written to", async () => {
  assert.equal(await findDangers(linkTo({ role: "slave" }, always)), [
    "this Redis is a replica: nothing can be written to it. Name the primary.",
  ]);
});

test("several dangers are told at once", async () => {
  const args = ["--appendonly", "yes", "--maxmemory-policy", "volatile-ttl"];
  const dangers = await dangersOf(...args);
  assert.is(dangers.length, 2);
  assert.match(dangers[0] ?? "", "volatile-ttl");
  assert.is(dangers[1], EVERYSEC);
});

test("a service that does not show its settings is told of as unknown", async () => {
  const hidden = () => {
    throw new Error("ERR unknown command 'CONFIG'");
  };
  const unknown = [EVERYSEC.replace("everysec", "unknown")];
  assert.equal(await findDangers(linkTo({}, hidden)), unknown);
  assert.equal(await findDangers(linkTo({}, () => [])), unknown);
});

for (const version of ["6.0.16", "5.0.7", "6.1.240", "2.8"]) {
  test(`Redis ${version} is too old`, async () => {
    try {
      await findDangers(linkTo({ redis_version: version }, always));
      assert.unreachable("it was taken");
    } catch (error) {
      assert.instance(error, StoreUnavailable);
      const expected = `this Redis is version ${version}; millrace needs 6.2 or later, or Valkey`;
      assert.is((error as Error).message, expected);
    }
  });
}

for (const version of ["6.2.0", "6.10.1", "7.0.15", "8.0.0", "10.1"]) {
  test(`Redis ${version} is new enough`, async () => {
    assert.equal(await findDangers(linkTo({ redis_version: version }, always)), []);
  });
}

test.run();
