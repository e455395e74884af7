import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ControlMessage } from "../../protocol/control-message.ts";
import { Control } from "../../worker-sdk/control.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/control");

function controlOf(server: ScriptedServer, { connectTimeoutMs = 1_000 } = {}) {
  const messages: ControlMessage[] = [];
  const losses: string[] = [];
  const control = new Control(
    {
      address: { host: "127.0.0.1", port: server.port, isTls: false, password: "" },
      hello: { wid: "w-1" },
      callTimeoutMs: 1_000,
      connectTimeoutMs,
      backOff: { firstMs: 1, maxMs: 1 },
    },
    {
      onMessage: (message) => messages.push(message),
      onLost: ({ message }) => losses.push(message),
    },
  );
  return { control, messages, losses };
}

test(
  "what the server tells is heard as it comes, from the first moment",
  withScriptedServer(async (server) => {
    server.answer = () => `+OK\r\n${bulkReply('{"state":"quiet"}')}`;
    const { control, messages } = controlOf(server);
    await until(() => messages.length === 1, { what: "what came with the OK" });
    server.connections[0]?.send(bulkReply('{"cancel":[{"jid":"a","lease":1,"by":"ann"}]}'));
    await until(() => messages.length === 2, { what: "what came later" });
    assert.equal(messages, [{ state: "quiet" }, { cancel: [{ jid: "a", token: 1, by: "ann" }] }]);
    assert.is(server.connections[0]?.hello["wid"], "w-1");
    assert.equal(server.lines, ["CONTROL"]);
    control.stop();
    await until(() => server.openCount === 0, { what: "it has hung up" });
  }),
);

test(
  "one that breaks, or that the server has no room for, is made anew",
  withScriptedServer(async (server) => {
    const asked = () => server.lines.filter((line) => line === "CONTROL").length;
    const { control, messages, losses } = controlOf(server);
    await until(() => asked() === 1, { what: "it is made" });
    server.answer = () => (asked() < 4 ? "-ERR shutdown in progress" : "+OK");
    server.connections[0]?.cut();
    await until(() => asked() === 4, { what: "it is made again" });
    server.connections.at(-1)?.send(bulkReply("no JSON"));
    await until(() => asked() === 5, { what: "and again" });
    server.connections.at(-1)?.send(bulkReply('{"state":"terminate"}'));
    await until(() => messages.length === 1, { what: "it is heard" });
    const [lost, refused, refusedAgain, unreadable, ...more] = losses;
    assert.match(lost ?? "", "closed");
    assert.equal([refused, refusedAgain], ["shutdown in progress", "shutdown in progress"]);
    assert.match(unreadable ?? "", "JSON");
    assert.equal(more, []);
    control.stop();
  }),
);

test(
  "a server that has no such thing is asked once",
  withScriptedServer(async (server) => {
    server.answer = () => "-ERR unknown command CONTROL";
    const { control, losses } = controlOf(server);
    await until(() => losses.length > 0, { what: "it is told" });
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.equal(losses, ["unknown command CONTROL"]);
    assert.equal(server.lines, ["CONTROL", "END"]);
    control.stop();
  }),
);

test(
  "one that is stopped while it connects is not there",
  withScriptedServer(async (server) => {
    server.welcome = undefined;
    const { control, losses } = controlOf(server);
    await until(() => server.connections.length === 1, { what: "it says HELLO" });
    control.stop();
    server.connections[0]?.send("+OK");
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.equal(server.lines, []);
    assert.equal(losses, []);
  }),
);

test(
  "one that is stopped before the server has answered hangs up at once",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const { control, losses } = controlOf(server, { connectTimeoutMs: 60_000 });
    await until(() => server.lines.length === 1, { what: "it has asked" });
    control.stop();
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.equal(losses, []);
  }),
);

test(
  "a server that does not answer is given up, and asked again",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const { control, losses } = controlOf(server, { connectTimeoutMs: 100 });
    await until(() => server.lines.length === 2, { what: "it is asked again" });
    assert.equal(losses, ["no reply to CONTROL within 100 ms"]);
    control.stop();
  }),
);

test.run();
