import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Connection } from "../../worker-sdk/connection.ts";
import { HandshakeRefused } from "../../worker-sdk/errors.ts";
import { failureOf } from "../kit/failure-of.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/connection");

const connect = ({ port }: ScriptedServer, password = "", timeoutMs = 2_000) =>
  Connection.connect(
    { host: "127.0.0.1", port, isTls: false, password },
    { timeoutMs, hello: { wid: "w-1", hostname: "here", pid: 7, labels: ["a"] } },
  );

test(
  "it says HELLO with version 2 and what it is told of the worker",
  withScriptedServer(async (server) => {
    const connection = await connect(server);
    assert.equal(server.connections[0]?.hello, {
      v: 2,
      wid: "w-1",
      hostname: "here",
      pid: 7,
      labels: ["a"],
    });
    connection.close();
    await connection.closed;
    assert.equal(server.lines, ["END"]);
  }),
);

test(
  "a password is proved by its hash, and only where it is asked for",
  withScriptedServer(async (server) => {
    (await connect(server, "foobar")).close();
    assert.is(server.connections[0]?.hello["pwdhash"], undefined);
    server.greeting = '+HI {"v":2,"i":1545,"s":"55104dc76695721d"}';
    (await connect(server, "foobar")).close();
    assert.is(
      server.connections[1]?.hello["pwdhash"],
      "6d877f8e5544b1f2598768f817413ab8a357afffa924dedae99eb91472d4ec30",
    );
  }),
);

test(
  "a server that does not let us in is told from one that is away",
  withScriptedServer(async (server) => {
    const refusal = async () => String(await failureOf(connect(server)));
    server.welcome = "-ERR Invalid password";
    assert.is(await refusal(), "HandshakeRefused: Invalid password");
    server.greeting = '+HI {"v":2,"i":1545,"s":"55104dc76695721d"}';
    assert.match(await refusal(), /^HandshakeRefused: the server asks for a password/);
    server.greeting = "-ERR too many connections: 5";
    assert.is(await refusal(), "Error: the server is closed to us: too many connections: 5");
    server.greeting = "HTTP/1.1 400 Bad Request";
    assert.match(await refusal(), /^ReplyError: not a reply: HTTP/);
    server.greeting = "+OK";
    assert.match(await refusal(), /^Error: not a Faktory server: it greeted with OK/);
    await until(() => server.openCount === 0, { what: "nothing is left open" });
  }),
);

test(
  "a handshake that takes too long is given up",
  withScriptedServer(async (server) => {
    server.greeting = undefined;
    const refusal = await failureOf(connect(server, "", 50));
    assert.is(refusal.message, "no handshake within 50 ms");
  }),
);

test(
  "replies find their commands in order, and what is sent in one turn is one packet",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line === "B" ? "-ERR no" : bulkReply(line));
    const connection = await connect(server);
    const before = server.packets;
    const asked = [..."ABC"].map((line) => connection.ask(line));
    await Promise.resolve().then(() => asked.push(connection.ask("D")));
    const replies = await Promise.all(asked);
    assert.equal(
      replies.map((reply) => (reply.kind === "bulk" ? reply.body.toString() : reply)),
      ["A", { kind: "error", code: "ERR", message: "no" }, "C", "D"],
    );
    assert.is(server.packets, before + 1);
    connection.close();
  }),
);

test(
  "when it breaks, everybody who waits is told, and whoever asks later",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const connection = await connect(server);
    const asked = [failureOf(connection.ask("A")), failureOf(connection.ask("B"))];
    await until(() => server.lines.length === 2, { what: "both have arrived" });
    server.cutAll();
    const [first, second] = await Promise.all(asked);
    assert.is(first?.message, "the server has closed the connection");
    assert.is(second, first);
    assert.not.ok(connection.isOpen);
    assert.is(await failureOf(connection.ask("C")), first);
  }),
);

test(
  "what is no reply ends the connection",
  withScriptedServer(async (server) => {
    server.answer = () => "?";
    const connection = await connect(server);
    assert.is(String(await failureOf(connection.ask("A"))), "ReplyError: not a reply: ?");
    await connection.closed;
  }),
);

test(
  "one that has finished still reads what comes until the server hangs up",
  withScriptedServer(async (server) => {
    server.answer = () => "+LATE";
    const connection = await connect(server);
    const asked = connection.ask("A");
    connection.finish();
    assert.equal(await asked, { kind: "simple", text: "LATE" });
    await connection.closed;
  }),
);

test(
  "a server that does not hang up is hung up on",
  withScriptedServer(async (server) => {
    server.hangsUp = false;
    const connection = await connect(server);
    connection.close();
    await connection.closed;
    assert.equal(server.lines, ["END"]);
  }),
);

test(
  "a server that is about to stop, or whose store is away, is tried again, and has not refused us",
  withScriptedServer(async (server) => {
    for (const why of [
      "shutdown in progress",
      "handshake not completed within 2 seconds",
      "Redis can't be reached at the moment",
      "the connection to Redis was lost",
    ]) {
      server.welcome = `-ERR ${why}`;
      const error = await failureOf(connect(server));
      assert.not.instance(error, HandshakeRefused);
      assert.match(String(error), `the server is closed to us: ${why}`);
    }
  }),
);

test.run();
