import { suite } from "uvu";
import * as assert from "uvu/assert";
import { commands } from "../../../broker/commands/index.ts";
import { withConnections } from "../../kit/connection.ts";

// Every verb in every state of a connection, as broker/commands/index.ts has them.

const test = suite("server/connection states");

const EXPECTED_HELLO = '-ERR expected HELLO {"v":2} as the first command';

const verbs = [...commands.values()];

/** What does without an argument what it does with one. */
const argumentsOf: Record<string, string> = { HELLO: ' {"v":2}' };

test("there is something to test", () => {
  assert.ok(verbs.length >= 9);
  assert.equal(
    verbs.filter(({ states }) => states.includes("greeted")).map(({ verb }) => verb),
    ["HELLO", "END"],
  );
});

for (const { verb, states } of verbs) {
  const line = `${verb}${argumentsOf[verb] ?? ""}`;

  if (states.includes("greeted")) {
    test(
      `${verb} is done before HELLO`,
      withConnections(async ({ connect }) => {
        const { wire } = await connect({ hello: null });
        assert.is(await wire.call(line), verb === "END" ? "(closed)" : "+OK");
      }),
    );
  } else {
    test(
      `${verb} before HELLO is refused, and the connection closed`,
      withConnections(async ({ connect, engine, state }) => {
        const { wire, connection } = await connect({ hello: null });
        const before = await state();
        assert.is(await wire.call(line), EXPECTED_HELLO);
        assert.is(await wire.read(), "(closed)");
        assert.is(connection.state, "closed");
        assert.is(engine.statistics.commands, 0);
        assert.equal(await state(), before);
      }),
    );
  }

  if (states.includes("identified")) {
    test(
      `${verb} is done after HELLO`,
      withConnections(async ({ connect, engine }) => {
        const { wire } = await connect();
        const reply = await wire.call(line);
        assert.not.match(reply, "unknown command");
        assert.not.match(reply, "expected HELLO");
        assert.is(engine.statistics.commands, 2);
      }),
    );
  } else {
    test(
      `${verb} after HELLO is as unknown as any other word`,
      withConnections(async ({ connect }) => {
        const { wire } = await connect();
        assert.is(await wire.call(line), `-ERR unknown command ${verb}`);
        assert.is(await wire.call("NOSUCH"), "-ERR unknown command NOSUCH");
        assert.match(await wire.call("INFO"), /^\{/);
      }),
    );
  }

  test(
    `${verb} is not read any more when the connection has been closed`,
    withConnections(async ({ connect, engine, state }) => {
      const { wire, connection, stream } = await connect();
      const before = await state();
      connection.close("the test says so");
      stream.emit("data", Buffer.from(`${line}\r\n`));
      assert.is(await wire.read(), "(closed)");
      assert.is(engine.statistics.commands, 1);
      assert.equal(await state(), before);
    }),
  );
}

test(
  "an unknown verb before HELLO is refused as any other",
  withConnections(async ({ connect }) => {
    const { wire } = await connect({ hello: null });
    assert.is(await wire.call("GET / HTTP/1.1"), EXPECTED_HELLO);
    assert.is(await wire.read(), "(closed)");
  }),
);

test(
  "verbs are told apart by their letters' case, and end at the first space",
  withConnections(async ({ connect }) => {
    const { wire } = await connect();
    assert.is(await wire.call("info"), "-ERR unknown command info");
    assert.is(await wire.call("INFOS"), "-ERR unknown command INFOS");
    assert.is(await wire.call(""), "-ERR unknown command ");
    assert.is(await wire.call(" INFO"), "-ERR unknown command ");
    assert.match(await wire.call("INFO "), /^\{/);
  }),
);

test.run();
