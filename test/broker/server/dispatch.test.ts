import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CommandContext } from "../../../broker/commands/command.ts";
import type { Session } from "../../../broker/commands/session.ts";
import { dispatch, parseLine } from "../../../broker/server/dispatch.ts";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { CommandError } from "../../../protocol/errors.ts";
import { type TestServer, withConnections } from "../../kit/connection.ts";

const test = suite("server/dispatch");

/** A session that does nothing. */
function sessionIn(state: Session["state"]): Session {
  return {
    id: 7,
    state,
    wid: "",
    challenge: undefined,
    gone: new AbortController().signal,
    stopping: new AbortController().signal,
    admit() {},
    identify() {},
    close() {},
    tell() {},
  };
}

function contextOf(
  { context }: TestServer,
  state: Session["state"] = "identified",
): CommandContext {
  return { ...context, session: sessionIn(state) };
}

const line = (text: string) => parseLine(Buffer.from(text));

test("a line is taken apart at its first space", () => {
  const parse = (text: string) => {
    const { verb, argument, command } = line(text);
    return [verb, argument?.toString(), command?.verb];
  };
  assert.equal(parse("INFO"), ["INFO", undefined, "INFO"]);
  assert.equal(parse("INFO "), ["INFO", "", "INFO"]);
  assert.equal(parse("PUSH {} {}"), ["PUSH", "{} {}", "PUSH"]);
  assert.equal(parse("FETCH  q"), ["FETCH", " q", "FETCH"]);
  assert.equal(parse("what is it"), ["what", "is it", undefined]);
  assert.equal(parse(""), ["", undefined, undefined]);
});

test("a line that names a sub-command is that command's, in either case", () => {
  const parse = (text: string) => {
    const { verb, argument, command } = line(text);
    return [verb, argument?.toString(), command?.verb];
  };
  assert.equal(parse("JOB GET a b"), ["JOB GET", "a b", "JOB GET"]);
  assert.equal(parse("JOB get a"), ["JOB GET", "a", "JOB GET"]);
  assert.equal(parse("JOB GET"), ["JOB GET", undefined, "JOB GET"]);
  assert.equal(parse("JOB GETS a"), ["JOB", "GETS a", "JOB"]);
  assert.equal(parse("JOB"), ["JOB", undefined, "JOB"]);
  assert.equal(parse("job GET a"), ["job", "GET a", undefined]);
  assert.equal(parse("PUSH GET a"), ["PUSH", "GET a", "PUSH"]);
});

test(
  "a command is counted, and answered",
  withConnections(async (world) => {
    const context = contextOf(world);
    const outcome = await dispatch(line('ACK {"jid":"nobody"}'), context);
    assert.equal(outcome, { reply: { kind: "simple", text: "OK" } });
    assert.is(world.engine.statistics.commands, 1);
  }),
);

test(
  "an unknown verb is refused, not counted, and repeated shortly",
  withConnections(async (world) => {
    const { reply, closeReason } = await dispatch(line("x".repeat(500)), contextOf(world));
    const message = `unknown command ${"x".repeat(200)}…`;
    assert.equal(reply, { kind: "error", code: "ERR", message });
    assert.is(closeReason, undefined);
    assert.is(world.engine.statistics.commands, 0);
  }),
);

test(
  "what a client may act on is answered with its code and its message, and goes into no error log",
  withConnections(async (world) => {
    const { flaky, log } = world;
    flaky.fail("ack", new CommandError("taken already", { code: "NOTUNIQUE" }));
    const { reply } = await dispatch(line('ACK {"jid":"a"}'), contextOf(world));
    assert.equal(reply, { kind: "error", code: "NOTUNIQUE", message: "taken already" });
    assert.equal(
      log.lines.map(({ level, event }) => `${level} ${event}`),
      ["debug command.refused"],
    );
  }),
);

test(
  "a store that is away is told of",
  withConnections(async (world) => {
    world.flaky.fail("ack", new StoreUnavailable("Redis can't be reached at the moment"));
    const { reply } = await dispatch(line('ACK {"jid":"a"}'), contextOf(world));
    const message = "Redis can't be reached at the moment";
    assert.equal(reply, { kind: "error", code: "ERR", message });
  }),
);

test(
  "a bug is an internal error for the client, and a line with the stack for us",
  withConnections(async (world) => {
    const { flaky, log } = world;
    const bug = new TypeError("x is not a function");
    flaky.fail("ack", bug);
    const { reply, closeReason } = await dispatch(line('ACK {"jid":"a"}'), contextOf(world));
    assert.equal(reply, { kind: "error", code: "ERR", message: "internal error" });
    assert.is(closeReason, undefined);
    assert.equal(log.lines, [
      { level: "error", event: "command.crashed", conn: 7, verb: "ACK", err: bug },
    ]);
  }),
);

test(
  "a connection lives through a bug, and so do the commands after it",
  withConnections(async ({ connect, flaky }) => {
    const { wire } = await connect();
    flaky.fail("ack", new TypeError("a bug"), 2);
    for (let count = 0; count < 3; count++) wire.send('ACK {"jid":"a"}');
    const replies = [await wire.read(), await wire.read(), await wire.read()];
    assert.equal(replies, ["+OK", "-ERR internal error", "+OK"]);
    assert.match(await wire.call("INFO"), /^\{/);
  }),
);

test(
  "whatever goes wrong before HELLO is done closes the connection",
  withConnections(async (world) => {
    const { flaky } = world;
    const greeted = contextOf(world, "greeted");
    const reasons = ["PUSH {}", "HELLO", "HELLO {", 'HELLO {"v":"two"}'].map(
      async (text) => (await dispatch(line(text), greeted)).closeReason,
    );
    for (const reason of await Promise.all(reasons)) assert.type(reason, "string");
    flaky.fail("registerWorker", new TypeError("a bug"));
    const outcome = await dispatch(line('HELLO {"v":2,"wid":"w"}'), greeted);
    assert.is(outcome.closeReason, "internal error");
  }),
);

test.run();
