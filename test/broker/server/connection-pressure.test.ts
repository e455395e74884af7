import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withConnections } from "../../kit/connection.ts";
import { until } from "../../kit/until.ts";

// What one client can make a broker hold is bounded, however it behaves.

const test = suite("server/connection pressure");

test(
  "while a client does not read its replies none of its commands is begun",
  withConnections(async ({ connect, engine, flaky }) => {
    const { wire, stream } = await connect({ limits: { maxUnreadBytes: 100_000 } });
    wire.socket.pause();
    // Each reply is about a kilobyte.
    for (let count = 0; count < 400; count++) wire.send("INFO");
    await until(() => stream.writableLength > 100_000, { what: "replies are left unread" });
    await flaky.untilIdle();
    const begun = engine.statistics.commands;
    assert.ok(begun < 400, `${begun} were begun`);
    wire.socket.resume();
    for (let count = 0; count < 400; count++) assert.match(await wire.read(), /^\{/);
    assert.is(engine.statistics.commands, 401);
  }),
);

test(
  "who is in the middle of a long command is refused when all of them hold too much",
  withConnections(async ({ connect, log }) => {
    const limits = { maxHeldBytes: 150_000 };
    const [first, second, third] = [
      await connect({ limits }),
      await connect({ limits }),
      await connect({ limits }),
    ];
    const half = `PUSH {"jid":"long-job","jobtype":"T","args":["${"x".repeat(120_000)}`;
    // With the reply to INFO, what was sent along with it has been read as well.
    first.wire.socket.write(`INFO\n${half}`);
    assert.match(await first.wire.read(), /^\{/);
    // Together they hold more than they may, but what is small gets through.
    second.wire.socket.write(`INFO\n${half.slice(0, 60_000)}`);
    assert.match(await second.wire.read(), /^\{/);
    assert.is(await third.wire.push({ jid: "small-job" }), "+OK");
    for (const { connection } of [second, third]) assert.is(connection.state, "identified");
    second.wire.socket.write(half.slice(60_000));
    assert.is(
      await second.wire.read(),
      "-ERR too many long commands are under way, try again later",
    );
    assert.is(await second.wire.read(), "(closed)");
    assert.is(log.of("connection.refused").length, 1);
    first.wire.send('"]}');
    assert.is(await first.wire.read(), "+OK");
    // What is done is held no longer.
    third.wire.send(`${half}"]}`);
    assert.is(await third.wire.read(), "+OK");
  }),
);

test(
  "who has left a long command unfinished for ten seconds by the clock gives way to others",
  withConnections(async ({ connect, clock, log, state, flaky }) => {
    const limits = { maxHeldBytes: 250_000 };
    const half = `PUSH {"jid":"long-job","jobtype":"T","args":["${"x".repeat(120_000)}`;
    const [idle, slow, other] = [
      await connect({ limits }),
      await connect({ limits }),
      await connect({ limits }),
    ];
    const release = flaky.hold("sizes");
    idle.wire.socket.write(`INFO\n${half}`);
    await flaky.untilHeld("sizes", 1);
    clock.advance(9_999);
    slow.wire.socket.write(`INFO\n${half}`);
    await flaky.untilHeld("sizes", 2);
    clock.advance(1);
    other.wire.send(`${half.replace("long", "next")}"]}`);
    assert.is(await other.wire.read(), "+OK");
    // What it had sent before is still done.
    release();
    assert.match(await idle.wire.read(), /^\{/);
    assert.is(
      await idle.wire.read(),
      "-ERR the rest of a long command has not come for 10 seconds, and others need its room",
    );
    assert.is(await idle.wire.read(), "(closed)");
    assert.is(log.of("connection.refused").length, 1);
    assert.match(await slow.wire.read(), /^\{/);
    slow.wire.send('"]}');
    assert.is(await slow.wire.read(), "+OK");
    assert.equal(Object.keys((await state()).jobs).toSorted(), ["long-job", "next-job"]);
  }),
);

test(
  "what a client held is given back when it hangs up",
  withConnections(async ({ connect }) => {
    const limits = { maxHeldBytes: 200_000 };
    const half = `PUSH {"jid":"long-job","jobtype":"T","args":["${"x".repeat(120_000)}`;
    for (let count = 0; count < 3; count++) {
      const { wire, connection } = await connect({ limits });
      wire.socket.end(half);
      await until(() => connection.state === "closed", { what: "it has hung up" });
    }
    const { wire } = await connect({ limits });
    wire.send(`${half}"]}`);
    assert.is(await wire.read(), "+OK");
  }),
);

test(
  "what is under way when a connection closes is held until it is done",
  withConnections(async ({ connect, flaky }) => {
    const limits = { maxHeldBytes: 200_000 };
    const long = `PUSH {"jid":"long-job","jobtype":"T","args":["${"x".repeat(120_000)}"]}`;
    const first = await connect({ limits });
    const release = flaky.hold("push");
    first.wire.send(long);
    await flaky.untilHeld("push");
    first.connection.close("the test says so");
    const second = await connect({ limits });
    second.wire.send(long);
    assert.match(await second.wire.read(), "-ERR too many long commands are under way");
    release();
    await flaky.untilIdle();
    const third = await connect({ limits });
    third.wire.send(long);
    assert.is(await third.wire.read(), "+OK");
  }),
);

test(
  "a client that does not read for ten seconds by the clock is cut off",
  withConnections(async ({ connect, clock, log, engine, flaky }) => {
    const { wire, stream } = await connect({ limits: { maxUnreadBytes: 100_000 } });
    wire.socket.pause();
    for (let count = 0; count < 400; count++) wire.send("INFO");
    await until(() => stream.writableLength > 100_000, { what: "replies are left unread" });
    await flaky.untilIdle();
    clock.advance(9_999);
    assert.not(stream.destroyed);
    clock.advance(1);
    assert.ok(stream.destroyed);
    assert.is(log.of("connection.unread").length, 1);
    assert.is(engine.statistics.connections, 0);
  }),
);

test(
  "one that begins to read in time is not",
  withConnections(async ({ connect, clock, log, flaky }) => {
    const { wire, stream } = await connect({ limits: { maxUnreadBytes: 100_000 } });
    wire.socket.pause();
    for (let count = 0; count < 400; count++) wire.send("INFO");
    await until(() => stream.writableLength > 100_000, { what: "replies are left unread" });
    await flaky.untilIdle();
    clock.advance(9_999);
    wire.socket.resume();
    for (let count = 0; count < 400; count++) assert.match(await wire.read(), /^\{/);
    clock.advance(60_000);
    assert.match(await wire.call("INFO"), /^\{/);
    assert.is(log.of("connection.unread").length, 0);
  }),
);

test(
  "with many lines waiting nothing more is read, until they have been done",
  withConnections(async ({ connect, flaky }) => {
    const { wire, stream } = await connect({ limits: { maxWaiting: 10 } });
    const release = flaky.hold("sizes");
    for (let count = 0; count < 12; count++) wire.send("INFO");
    await flaky.untilHeld("sizes");
    assert.ok(stream.isPaused());
    release();
    for (let count = 0; count < 12; count++) assert.match(await wire.read(), /^\{/);
    assert.not(stream.isPaused());
  }),
);

test(
  "with long lines waiting nothing more is read either",
  withConnections(async ({ connect, flaky }) => {
    const { wire, stream } = await connect();
    const release = flaky.hold("sizes");
    wire.send("INFO");
    await flaky.untilHeld("sizes");
    const mebibyte = "x".repeat(2 ** 20);
    for (let count = 0; count < 5; count++) wire.send(mebibyte);
    await until(() => stream.isPaused(), { what: "it is read no further" });
    release();
    assert.match(await wire.read(), /^\{/);
    for (let count = 0; count < 5; count++) assert.match(await wire.read(), "unknown command");
    assert.not(stream.isPaused());
  }),
);

test(
  "not more than so many commands of a connection are under way at once",
  withConnections(async ({ connect, flaky }) => {
    const { wire } = await connect({ limits: { maxRunning: 3 } });
    const release = flaky.hold("ack");
    for (let count = 0; count < 5; count++) wire.send('ACK {"jid":"nobody"}');
    await flaky.untilHeld("ack", 3);
    assert.is(flaky.calls("ack"), 3);
    release();
    for (let count = 0; count < 5; count++) assert.is(await wire.read(), "+OK");
    assert.is(flaky.calls("ack"), 5);
  }),
);

test.run();
