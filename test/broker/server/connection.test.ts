import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashPassword, parseHi } from "../../../protocol/handshake.ts";
import { withConnections } from "../../kit/connection.ts";
import { until } from "../../kit/until.ts";

const test = suite("server/connection");

const push = (jid: string, queue = "q") =>
  `PUSH ${JSON.stringify({ jid: jid.padEnd(8, "-"), jobtype: "T", args: [], queue })}`;

test(
  "it greets at once, and counts who has said HELLO",
  withConnections(async ({ connect, engine }) => {
    const { wire, connection } = await connect({ hello: null });
    assert.is(wire.greeting, '+HI {"v":2}');
    assert.equal([connection.state, engine.statistics.connections], ["greeted", 0]);
    assert.is(await wire.call('HELLO {"v":2}'), "+OK");
    assert.equal([connection.state, engine.statistics.connections], ["identified", 1]);
    assert.is(await wire.call("END"), "(closed)");
    assert.equal([connection.state, engine.statistics.connections], ["closed", 0]);
  }),
);

test(
  "a password is asked for, and proved",
  withConnections(
    async ({ connect }) => {
      const right = await connect({ hello: null });
      const { challenge } = parseHi(right.wire.greeting.slice(1));
      if (challenge === undefined) throw new Error("no password was asked for");
      const pwdhash = hashPassword("secret", challenge);
      assert.is(await right.wire.call(`HELLO ${JSON.stringify({ v: 2, pwdhash })}`), "+OK");

      const wrong = await connect({ hello: null });
      const hello = `HELLO ${JSON.stringify({ v: 2, pwdhash })}`; // of the other's challenge
      assert.is(await wrong.wire.call(hello), "-ERR Invalid password");
      assert.is(await wrong.wire.read(), "(closed)");
    },
    { password: "secret" },
  ),
);

test(
  "who has not said HELLO after two seconds by the clock is refused",
  withConnections(async ({ connect, clock, log }) => {
    const [late, inTime] = [await connect({ hello: null }), await connect({ hello: null })];
    clock.advance(1_999);
    assert.is(await inTime.wire.call('HELLO {"v":2}'), "+OK");
    clock.advance(1);
    assert.is(await late.wire.read(), "-ERR handshake not completed within 2 seconds");
    assert.is(await late.wire.read(), "(closed)");
    clock.advance(60_000);
    assert.match(await inTime.wire.call("INFO"), /^\{/);
    assert.is(log.of("connection.refused").length, 1);
  }),
);

test(
  "who has said HELLO in time is let in, however long the store is away",
  withConnections(async ({ connect, clock, flaky }) => {
    const { wire } = await connect({ hello: null });
    const goOn = flaky.hold("registerWorker");
    wire.send('HELLO {"v":2,"wid":"w"}');
    await until(() => flaky.calls("registerWorker") === 1, { what: "it is heard" });
    clock.advance(60_000);
    goOn();
    assert.is(await wire.read(), "+OK");
  }),
);

test(
  "a worker is there as long as its connection is",
  withConnections(async ({ connect, state }) => {
    const { connection } = await connect({
      hello: { wid: "w", hostname: "h", pid: 1, labels: [] },
    });
    assert.equal(Object.keys((await state()).workers), ["w"]);
    connection.close("the test says so");
    const isForgotten = async () => Object.keys((await state()).workers).length === 0;
    await until(isForgotten, { what: "the worker is forgotten" });
  }),
);

test(
  "commands may come in any pieces, and several in one",
  withConnections(async ({ connect }) => {
    const { wire } = await connect();
    for (const piece of ["IN", "FO\r", "\nNO", "SUCH\nINFO\n"]) wire.socket.write(piece);
    const replies = [await wire.read(), await wire.read(), await wire.read()];
    assert.match(replies[0] ?? "", /^\{/);
    assert.is(replies[1], "-ERR unknown command NOSUCH");
    assert.match(replies[2] ?? "", /^\{/);
  }),
);

test(
  "replies come in the order of the commands",
  withConnections(async ({ connect, flaky }) => {
    const { wire } = await connect();
    const release = flaky.hold("push");
    wire.send(push("a"));
    wire.send("NOSUCH");
    wire.send("FETCH q");
    await flaky.untilHeld("push");
    release();
    assert.is(await wire.read(), "+OK");
    assert.is(await wire.read(), "-ERR unknown command NOSUCH");
    assert.match(await wire.read(), "a-------");
  }),
);

test(
  "a line that is too long is refused; what came before it is done",
  withConnections(async ({ connect, state }) => {
    const { wire } = await connect({ limits: { maxLineBytes: 1_000 } });
    wire.socket.write(`${push("a")}\r\n${"x".repeat(1_100)}`);
    assert.is(await wire.read(), "+OK");
    assert.is(await wire.read(), "-ERR line is longer than 1000 bytes");
    assert.is(await wire.read(), "(closed)");
    assert.equal(Object.keys((await state()).jobs), ["a-------"]);
  }),
);

test(
  "a line of over 64 KiB is refused until HELLO has been accepted, and not from then on",
  withConnections(async ({ connect, flaky }) => {
    const long = "x".repeat(70_000);
    const early = await connect({ hello: null });
    early.wire.socket.write(long);
    assert.is(await early.wire.read(), "-ERR line is longer than 65536 bytes");
    assert.is(await early.wire.read(), "(closed)");
    const hasty = await connect({ hello: null });
    const release = flaky.hold("registerWorker");
    hasty.wire.send('HELLO {"v":2,"wid":"w"}');
    hasty.wire.send(long);
    await flaky.untilHeld("registerWorker");
    release();
    assert.is(await hasty.wire.read(), "+OK");
    assert.is(await hasty.wire.read(), "-ERR line is longer than 65536 bytes");
    assert.is(await hasty.wire.read(), "(closed)");
    const later = await connect();
    assert.match(await later.wire.call(long), /^-ERR unknown command x{200}…$/);
  }),
);

test(
  "a client that hangs up still gets the replies to what it had sent",
  withConnections(async ({ connect, state, flaky }) => {
    const { wire } = await connect();
    const release = flaky.hold("push");
    wire.send(push("a"));
    wire.send(push("b"));
    wire.socket.end("INFO\r\n");
    await flaky.untilHeld("push", 2);
    release();
    assert.equal([await wire.read(), await wire.read()], ["+OK", "+OK"]);
    assert.match(await wire.read(), /^\{/);
    assert.is(await wire.read(), "(closed)");
    assert.equal(Object.keys((await state()).jobs).toSorted(), ["a-------", "b-------"]);
  }),
);

test(
  "a client that hung up while it waited for a job gets none",
  withConnections(async ({ connect, flaky, push: pushJob, state }) => {
    const { wire } = await connect();
    wire.send("FETCH q");
    await flaky.untilIdle();
    wire.socket.end();
    assert.is(await wire.read(), "$-1");
    assert.is(await wire.read(), "(closed)");
    await pushJob("a");
    assert.equal(Object.keys((await state()).queues["q"] ?? {}), ["a"]);
  }),
);

test(
  "a job that could not be handed over returns to its queue",
  withConnections(async ({ connect, flaky, push: pushJob, state }) => {
    await pushJob("a");
    const before = await state();
    const { wire, stream } = await connect();
    const release = flaky.hold("reserve");
    wire.send("FETCH q");
    await flaky.untilHeld("reserve");
    // The connection breaks just when the job is written: nobody knew before.
    stream.write = (_bytes: unknown, ...rest: unknown[]) => {
      (rest.at(-1) as (error: Error) => void)(new Error("EPIPE"));
      return false;
    };
    release();
    const isBack = async () => Object.keys((await state()).working).length === 0;
    await until(isBack, { what: "the job is back" });
    // The sequence goes on, so that it is to be seen that something has come.
    assert.equal({ ...(await state()), sequence: before.sequence }, before);
  }),
);

test(
  "several jobs that could not be handed over return together, each to its place",
  withConnections(async ({ connect, flaky, push: pushJob, state }) => {
    for (const jid of ["a", "b", "c"]) await pushJob(jid);
    const before = await state();
    const { wire, stream } = await connect();
    const release = flaky.hold("reserve");
    wire.send("FETCHB 3 q");
    await flaky.untilHeld("reserve", 3);
    stream.write = (_bytes: unknown, ...rest: unknown[]) => {
      (rest.at(-1) as (error: Error) => void)(new Error("EPIPE"));
      return false;
    };
    release();
    const areBack = async () => Object.keys((await state()).working).length === 0;
    await until(areBack, { what: "the jobs are back" });
    // The sequence goes on, so that it is to be seen that something has come.
    assert.equal({ ...(await state()), sequence: before.sequence }, before);
  }),
);

test(
  "a job that arrives when the connection has been closed returns to its queue",
  withConnections(async ({ connect, flaky, push: pushJob, state }) => {
    await pushJob("a");
    const before = await state();
    const { wire, connection } = await connect();
    const release = flaky.hold("reserve");
    wire.send("FETCH q");
    await flaky.untilHeld("reserve");
    connection.close("the test says so");
    release();
    const isBack = async () => Object.keys((await state()).working).length === 0;
    await until(isBack, { what: "the job is back" });
    // The sequence goes on, so that it is to be seen that something has come.
    assert.equal({ ...(await state()), sequence: before.sequence }, before);
  }),
);

test(
  "END waits for the replies before it, and what comes after it is not done",
  withConnections(async ({ connect, state }) => {
    const { wire } = await connect();
    wire.socket.write(`${push("a")}\r\nEND\r\n${push("b")}\r\n`);
    assert.equal([await wire.read(), await wire.read()], ["+OK", "(closed)"]);
    assert.equal(Object.keys((await state()).jobs), ["a-------"]);
  }),
);

test(
  "drain closes an idle connection at once",
  withConnections(async ({ connect }) => {
    const { wire, connection } = await connect();
    connection.drain();
    assert.is(await wire.read(), "(closed)");
  }),
);

test(
  "drain lets what is under way finish, and refuses what has not been begun",
  withConnections(async ({ connect, flaky, state }) => {
    const { wire, connection } = await connect();
    const release = flaky.hold("push");
    wire.send(push("a"));
    wire.send("INFO"); // another verb waits for it
    await flaky.untilHeld("push");
    connection.drain();
    wire.send(push("b"));
    release();
    assert.is(await wire.read(), "+OK");
    assert.is(await wire.read(), "-ERR shutdown in progress");
    assert.is(await wire.read(), "(closed)");
    assert.equal(Object.keys((await state()).jobs), ["a-------"]);
  }),
);

test(
  "a client that does not read its last replies is given five seconds by the clock",
  withConnections(async ({ connect, clock }) => {
    const { wire, connection, stream } = await connect();
    wire.socket.pause();
    stream.write(Buffer.alloc(100_000)); // so that the end can't be written
    connection.close("the test says so");
    clock.advance(4_999);
    assert.not(stream.destroyed);
    clock.advance(1);
    assert.ok(stream.destroyed);
  }),
);

test.run();
