// limit: 60 s
import { once } from "node:events";
import { createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Broker } from "../../broker/broker.ts";
import { silentLogger } from "../../broker/logger.ts";
import { StoreUnavailable } from "../../broker/store/store.ts";
import { startBroker } from "../kit/broker.ts";
import { TestClock } from "../kit/clock.ts";
import { recordingLogger } from "../kit/log.ts";
import { runScript } from "../kit/process.ts";
import { startRedis } from "../kit/redis.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";

const test = suite("broker");

const options = {
  listen: { host: "127.0.0.1", port: 0 },
  namespace: "test",
  access: { password: "", allowSingleHash: true },
  log: silentLogger,
};

async function failure(broker: Broker): Promise<unknown> {
  try {
    await broker.start();
    return "it started";
  } catch (error) {
    return error;
  }
}

test("it does by the clock what is to be done by itself", async () => {
  const clock = new TestClock();
  const broker = await startBroker({ clock, random: () => 0 });
  const [producer, worker] = [
    await Wire.hello(broker.port),
    await Wire.hello(broker.port, { wid: "w" }),
  ];
  const sets = async () => (await producer.info()).faktory.sets;
  const at = new Date(clock.now() + 500).toISOString();
  await producer.push({ jid: "scheduled", at });
  await producer.push({ jid: "reserved", reserve_for: 60 });
  assert.is(await worker.fetch("default"), "reserved");
  assert.equal(await sets(), { dead: 0, retries: 0, scheduled: 1, working: 1 });

  const passUntil = (isSo: () => boolean | Promise<boolean>, what: string) =>
    until(
      () => {
        clock.advance(1_000);
        return isSo();
      },
      { what },
    );
  await passUntil(async () => (await sets()).scheduled === 0, "it is promoted");
  await passUntil(async () => (await sets()).retries === 1, "its reservation runs out");
  await passUntil(() => worker.socket.closed, "its worker is forgotten, and its connection closed");
  await broker.stop();
});

test("whether silent workers lose their jobs may be changed while it runs", async () => {
  const clock = new TestClock();
  const broker = await startBroker({ clock, recoverSilentWorkers: false });
  const observer = await Wire.hello(broker.port);
  const fallSilent = async (wid: string) => {
    await observer.push({ jid: `job of ${wid}` });
    const worker = await Wire.hello(broker.port, { wid });
    assert.is(await worker.fetch("default"), `job of ${wid}`);
    assert.is(await worker.call(`BEAT {"wid":"${wid}"}`), "+OK");
    const isClosed = () => {
      clock.advance(1_000);
      return worker.socket.closed;
    };
    await until(isClosed, { what: `${wid} is forgotten` });
    return (await observer.info()).faktory.sets;
  };
  assert.equal(await fallSilent("w1"), { dead: 0, retries: 0, scheduled: 0, working: 1 });
  broker.change({ recoverSilentWorkers: true });
  assert.equal((await fallSilent("w2")).working, 1);
  await broker.stop();
});

test("without Redis it does not start, and leaves nothing behind that keeps a process going", async () => {
  const module = new URL("../../broker/broker.ts", import.meta.url).href;
  const { child, firstLine } = await runScript(`
    const { Broker } = await import(${JSON.stringify(module)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const broker = new Broker({
      ...${JSON.stringify({ ...options, log: undefined })},
      redis: { socket: "/nowhere/redis.sock" },
      log,
    });
    broker.start().catch((error) => console.log(error.constructor.name));`);
  assert.is(firstLine.trim(), StoreUnavailable.name);
  if (child.exitCode === null) await once(child, "exit");
  assert.is(child.exitCode, 0);
});

test("without its port it does not start either", async () => {
  const redis = await startRedis();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  const listen = { host: "127.0.0.1", port };
  const broker = new Broker({ ...options, listen, redis: { socket: redis.socketPath } });
  assert.match(String(await failure(broker)), "EADDRINUSE");
  await broker.stop();
  other.close();
  await redis.stop();
});

test("of a Redis that somebody else runs it tells what is unsafe", async () => {
  const redis = await startRedis();
  const log = recordingLogger();
  const url = `unix://${redis.socketPath}`;
  const broker = new Broker({ ...options, redis: { url }, log });
  await broker.start();
  const dangers = log.of("redis.unsafe").map(({ danger }) => String(danger));
  assert.is(dangers.length, 1);
  assert.match(dangers[0] ?? "", "there is no append-only file");
  await broker.stop();
  await redis.stop();
});

test("it stops while clients are there, and may be stopped twice", async () => {
  const broker = await startBroker();
  const [waiting, idle] = [await Wire.hello(broker.port), await Wire.hello(broker.port)];
  waiting.send("FETCH q");
  await until(async () => (await idle.info()).server.command_count >= 4, { what: "it waits" });
  await Promise.all([broker.stop(), broker.stop()]);
  assert.equal([await waiting.read(), await waiting.read()], ["$-1", "(closed)"]);
  assert.is(await idle.read(), "(closed)");
});

test.run();
