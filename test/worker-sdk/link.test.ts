import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ServerError, ServerUnavailable } from "../../worker-sdk/errors.ts";
import { Link, type LinkOptions } from "../../worker-sdk/link.ts";
import { failureOf } from "../kit/failure-of.ts";
import { bulkReply, ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/link");

function linkTo(server: ScriptedServer, options: Partial<LinkOptions> = {}): Link {
  return new Link({
    address: { host: "127.0.0.1", port: server.port, isTls: false, password: "" },
    callTimeoutMs: 5_000,
    connectTimeoutMs: 1_000,
    backOff: { firstMs: 1, maxMs: 10 },
    random: () => 1,
    ...options,
  });
}

const told = (call: Promise<unknown>): Promise<string> => failureOf(call).then(String);

const OK = { kind: "simple", text: "OK" };

test(
  "it connects with the first call, and one connection carries them all",
  withScriptedServer(async (server) => {
    server.answer = (line) => bulkReply(line);
    const link = linkTo(server);
    assert.is(server.openCount, 0);
    const replies = await Promise.all([..."ABC"].map((line) => link.call(line)));
    assert.equal(
      replies.map((reply) => (reply.kind === "bulk" ? String(reply.body) : reply)),
      ["A", "B", "C"],
    );
    assert.is(server.connections.length, 1);
    await link.close();
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.is(server.lines.at(-1), "END");
  }),
);

test(
  "an error reply is the caller's own affair",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line === "A" ? "-NOTUNIQUE Job not unique" : "+OK");
    const link = linkTo(server);
    const refused = failureOf(link.call("A"));
    assert.equal(await link.call("B"), OK);
    assert.is(((await refused) as ServerError).code, "NOTUNIQUE");
    await link.close();
  }),
);

test(
  "a call whose reply was lost is sent again, in its order, when the server is back",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const link = linkTo(server);
    const calls = ["A", "B"].map((line) => link.call(line));
    await until(() => server.lines.length === 2, { what: "they have arrived" });
    await server.stop();
    calls.push(link.call("C"));
    server.answer = () => "+OK";
    await server.start();
    await Promise.all(calls);
    assert.equal(server.lines, ["A", "B", "A", "B", "C"]);
    await link.close();
  }),
);

test(
  "one that must not be repeated fails when its connection breaks, and says that it may be done",
  withScriptedServer(async (server) => {
    server.answer = (_, connection) => {
      connection.cut();
      return undefined;
    };
    const link = linkTo(server);
    const error = await failureOf(link.call("FETCH q", { isRepeatable: false }));
    assert.match(String(error), /^ServerUnavailable: the connection broke before the reply: /);
    assert.is((error as ServerUnavailable).mayBeDone, true);
    link.destroy();
  }),
);

test("while no server is there a call waits for its time, and then says why", async () => {
  const server = await new ScriptedServer().start();
  await server.stop();
  const link = linkTo(server);
  const startedAt = performance.now();
  const error = await failureOf(link.call("A", { timeoutMs: 100 }));
  assert.ok(performance.now() - startedAt >= 99);
  assert.match(
    String(error),
    /^ServerUnavailable: no server at 127.0.0.1:\d+ within 100 ms: .*ECONN/,
  );
  assert.is((error as ServerUnavailable).mayBeDone, false);
  await link.close();
});

test(
  "a server that does not let us in is no server to wait for",
  withScriptedServer(async (server) => {
    server.welcome = "-ERR Invalid password";
    const link = linkTo(server);
    const calls = [link.call("A"), link.connect()].map(told);
    assert.equal(await Promise.all(calls), Array(2).fill("HandshakeRefused: Invalid password"));
    server.welcome = "+OK";
    assert.equal(await link.call("B"), OK);
    await link.close();
  }),
);

test(
  "a server that stops is left for the one that comes after it",
  withScriptedServer(async (server) => {
    const answers = ["+OK", "-ERR shutdown in progress"];
    server.answer = () => answers.shift() ?? "+OK";
    const link = linkTo(server);
    const calls = ["A", "B", "C"].map((line) => link.call(line));
    await Promise.all(calls);
    assert.is(server.connections.length, 2);
    assert.equal(server.lines.slice(-2).toSorted(), ["B", "C"]);
    await link.close();
  }),
);

test(
  "a call that takes too long is given up, and a server that is silent is left",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line === "SLOW" ? undefined : "+OK");
    const link = linkTo(server, { callTimeoutMs: 30 });
    await link.connect();
    const slow = told(link.call("SLOW"));
    assert.is(await slow, "CallTimedOut: no reply within 30 ms");
    assert.equal(await link.call("B", { timeoutMs: 5_000 }), OK);
    assert.is(server.connections.length, 2);
    await link.close();
  }),
);

test(
  "one call with less patience than the others does not break their connection",
  withScriptedServer(async (server) => {
    let answerSlow = () => {};
    server.answer = (line, connection) => {
      if (line !== "SLOW") return undefined;
      answerSlow = () => {
        connection.send("+OK"); // to the one that has been given up
        connection.send("+OK");
      };
      return undefined;
    };
    const link = linkTo(server);
    await link.connect();
    const [hasty, patient] = [link.call("HASTY", { timeoutMs: 20 }), link.call("SLOW")];
    assert.is(await told(hasty), "CallTimedOut: no reply within 20 ms");
    answerSlow();
    assert.equal(await patient, OK);
    assert.equal([server.connections.length, server.lines.length], [1, 2]);
    await link.close();
  }),
);

test(
  "a reply that came while JavaScript was busy counts, although the time is up",
  withScriptedServer(async (server) => {
    const link = linkTo(server);
    await link.connect();
    const call = link.call("A", { timeoutMs: 50 });
    await until(() => server.lines.length === 1, { what: "it was sent, and is answered" });
    const end = performance.now() + 100;
    while (performance.now() < end);
    assert.equal(await call, OK);
    await link.close();
  }),
);

test(
  "what would be two commands is refused",
  withScriptedServer(async (server) => {
    const link = linkTo(server);
    for (const line of ["QUEUE PAUSE x\r\nFLUSH", "A\nB"]) {
      assert.is(
        await told(link.call(line)),
        "RangeError: a command is one line, and this one has several",
      );
    }
    assert.equal(server.lines, []);
    await link.close();
  }),
);

test(
  "a listener that throws does not keep the link from its work",
  withScriptedServer(async (server) => {
    const thrown: string[] = [];
    const hear = (error: Error) => thrown.push(error.message);
    process.on("uncaughtException", hear);
    try {
      const link = linkTo(server);
      link.events.on("connected", () => {
        throw new Error("of connected");
      });
      link.events.on("disconnected", () => {
        throw new Error("of disconnected");
      });
      assert.equal(await link.call("A"), OK);
      server.connections[0]?.cut();
      await until(() => thrown.includes("of disconnected"), { what: "it has heard of it" });
      assert.equal(await link.call("B"), OK);
      assert.is(server.connections.length, 2);
      await link.close();
    } finally {
      process.off("uncaughtException", hear);
    }
  }),
);

test(
  "a signal gives up the call and leaves the others their replies",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const link = linkTo(server);
    const controller = new AbortController();
    const first = told(link.call("A", { signal: controller.signal }));
    const second = link.call("B");
    await until(() => server.lines.length === 2, { what: "both have arrived" });
    controller.abort(new Error("enough"));
    assert.is(await first, "Error: enough");
    assert.is(await told(link.call("C", { signal: controller.signal })), "Error: enough");
    server.connections[0]?.send("+ONE");
    server.connections[0]?.send("+TWO");
    assert.equal(await second, { kind: "simple", text: "TWO" });
    link.destroy();
  }),
);

test(
  "it tells of each connection, and why one was lost",
  withScriptedServer(async (server) => {
    const link = linkTo(server);
    const heard: string[] = [];
    link.events.on("connected", () => heard.push("connected"));
    link.events.on("disconnected", ({ message }) => heard.push(message));
    await link.call("A");
    server.cutAll();
    await until(() => heard.length === 2, { what: "the loss is heard of" });
    await link.call("B");
    assert.equal(heard, ["connected", "the server has closed the connection", "connected"]);
    await link.close();
    assert.is(heard.length, 3);
  }),
);

test(
  "when it is closed, calls that are under way are waited for, and new ones refused",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const link = linkTo(server);
    const call = link.call("A");
    await until(() => server.lines.length === 1, { what: "it has arrived" });
    const closed = [link.close(), link.close()];
    assert.is(await told(link.call("B")), "ClientClosed: the client is closed");
    server.connections[0]?.send("+DONE");
    assert.equal(await call, { kind: "simple", text: "DONE" });
    await Promise.all(closed);
  }),
);

test(
  "when it is destroyed, nothing is waited for",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const link = linkTo(server);
    const call = told(link.call("A"));
    await until(() => server.lines.length === 1, { what: "it has arrived" });
    link.destroy();
    assert.is(await call, "ClientClosed: the client is closed");
  }),
);

test.run();
