import { connect, createServer, type Socket } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DEFAULT_LIMITS, type ServerLimits } from "../../../broker/server/limits.ts";
import { Server } from "../../../broker/server/server.ts";
import { type TestServer, withConnections } from "../../kit/connection.ts";
import { until } from "../../kit/until.ts";
import { Wire } from "../../kit/wire.ts";

const test = suite("server/server");

interface World extends TestServer {
  server: Server;
  port: number;
}

/** A test's body with a server that listens. */
function withServer(
  run: (world: World) => Promise<void>,
  limits: Partial<ServerLimits> = {},
): () => Promise<void> {
  return withConnections(async (world) => {
    const server = new Server(world.context, { ...DEFAULT_LIMITS, ...limits });
    const port = await server.listen(0, "127.0.0.1");
    try {
      await run({ ...world, server, port });
    } finally {
      await server.stop();
    }
  });
}

const PUSH = 'PUSH {"jid":"12345678","jobtype":"T","args":[]}';

test(
  "clients are served, each by itself, and known while they are there",
  withServer(async ({ server, port, engine }) => {
    const [one, other] = [await Wire.hello(port), await Wire.hello(port)];
    assert.is(server.connectionCount, 2);
    assert.is(await one.call(PUSH), "+OK");
    assert.match(await other.call("FETCH default"), "12345678");
    one.close();
    await until(() => server.connectionCount === 1, { what: "one has gone" });
    assert.is(engine.statistics.connections, 1);
    assert.is(await other.call("END"), "(closed)");
    await until(() => server.connectionCount === 0, { what: "the other has gone" });
  }),
);

test(
  "a port that somebody else has is told of",
  withConnections(async ({ context }) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const server = new Server(context, DEFAULT_LIMITS);
    const message = await server.listen(port, "127.0.0.1").then(String, (e: Error) => e.message);
    assert.match(message, "EADDRINUSE");
    await server.stop();
    other.close();
  }),
);

test(
  "a client that just closes its half still gets its replies, over a real socket",
  withServer(async ({ port }) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end(`HELLO {"v":2}\r\n${PUSH}\r\nFETCH default\r\n`);
    const said = (await socket.setEncoding("utf8").toArray()).join("");
    assert.is(said, '+HI {"v":2}\r\n+OK\r\n+OK\r\n$-1\r\n');
  }),
);

test(
  "a client that resets its connection while it waits gets no job",
  withServer(async ({ server, port, flaky, push, state }) => {
    const wire = await Wire.hello(port);
    wire.send("FETCH q");
    await until(() => flaky.calls("reserve") === 1, { what: "it has asked" });
    await flaky.untilIdle();
    (wire.socket as Socket).resetAndDestroy();
    await until(() => server.connectionCount === 0, { what: "it has gone" });
    await push("a");
    assert.equal(Object.keys((await state()).queues["q"] ?? {}), ["a"]);
  }),
);

test(
  "stop lets what is under way finish, accepts nobody, and closes all",
  withServer(async ({ server, port, flaky, state }) => {
    const [busy, idle] = [await Wire.hello(port), await Wire.hello(port)];
    const release = flaky.hold("push");
    busy.send(PUSH);
    await flaky.untilHeld("push");
    let isStopped = false;
    const stopped = server.stop().then(() => (isStopped = true));
    assert.is(await idle.read(), "(closed)");
    const late = connect({ port, host: "127.0.0.1" });
    const refused = await new Promise<Error>((resolve) => late.once("error", resolve));
    assert.match(refused.message, "ECONNREFUSED");
    assert.not(isStopped);
    release();
    assert.equal([await busy.read(), await busy.read()], ["+OK", "(closed)"]);
    await stopped;
    assert.equal(Object.keys((await state()).jobs), ["12345678"]);
  }),
);

test(
  "a command that does not finish holds up the stop for ten seconds by the clock",
  withServer(async ({ server, port, flaky, clock, log }) => {
    const wire = await Wire.hello(port);
    const release = flaky.hold("push");
    wire.send(PUSH);
    await flaky.untilHeld("push");
    let isStopped = false;
    const stopped = server.stop().then(() => (isStopped = true));
    clock.advance(9_999);
    await new Promise(setImmediate);
    assert.not(isStopped);
    clock.advance(1);
    await stopped;
    assert.is(await wire.read(), "(closed)");
    assert.equal(log.of("server.drain-timeout"), [
      { level: "warn", event: "server.drain-timeout", connections: 1 },
    ]);
    release();
  }),
);

test(
  "a server without clients stops at once, and may be stopped twice",
  withServer(async ({ server }) => {
    await server.stop();
    await server.stop();
  }),
);

test(
  "one client too many is told so, and others come in when somebody has left",
  withServer(
    async ({ server, port, log }) => {
      const [first] = [await Wire.hello(port), await Wire.hello(port)];
      const third = await Wire.open(port);
      assert.is(third.greeting, "-ERR too many connections: 3");
      assert.is(await third.read(), "(closed)");
      assert.is(log.of("server.full").length, 1);
      first.close();
      await until(() => server.connectionCount === 1, { what: "one has gone" });
      assert.is(await (await Wire.hello(port)).call("END"), "(closed)");
    },
    { maxConnections: 2 },
  ),
);

test(
  "other limits hold for those who come after",
  withServer(async ({ server, port }) => {
    const before = await Wire.hello(port);
    server.limit({ maxLineBytes: 100 });
    const after = await Wire.hello(port);
    assert.match(await before.call("x".repeat(200)), "unknown command");
    assert.is(await after.call("x".repeat(200)), "-ERR line is longer than 100 bytes");
    assert.is(await after.read(), "(closed)");
  }),
);

test.run();
