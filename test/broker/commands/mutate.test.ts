import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withConnections } from "../../kit/connection.ts";

const test = suite("commands/mutate");

test(
  "at a shutdown a long one ends after the part that is under way, and tells so",
  withConnections(async ({ connect, clock, flaky, push, state }) => {
    const at = clock.now() + 60_000;
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => push(`mutate-${index}`, { at })));
    const { wire, connection } = await connect();
    const release = flaky.hold("waiting.kill");
    wire.send('MUTATE {"cmd":"kill","target":"scheduled","filter":{"regexp":"*mutate*"}}');
    await flaky.untilHeld("waiting.kill");
    connection.drain();
    release();
    assert.is(
      await wire.read(),
      "-ERR shutdown in progress: some of the jobs are dealt with, not all",
    );
    assert.is(await wire.read(), "(closed)");
    const { scheduled, dead } = await state();
    const [left, killed] = [Object.keys(scheduled).length, Object.keys(dead).length];
    assert.ok(left > 0 && killed > 0, `${killed} are dead, ${left} not`);
    assert.is(left + killed, 1_000);
  }),
);

test(
  "and one in its last part is done",
  withConnections(async ({ connect, clock, flaky, push, state }) => {
    await push("mutate-1", { at: clock.now() + 60_000 });
    const { wire, connection } = await connect();
    const release = flaky.hold("waiting.kill");
    wire.send('MUTATE {"cmd":"kill","target":"scheduled","filter":{"regexp":"*mutate*"}}');
    await flaky.untilHeld("waiting.kill");
    connection.drain();
    release();
    assert.equal([await wire.read(), await wire.read()], ["+OK", "(closed)"]);
    assert.equal(Object.keys((await state()).dead), ["mutate-1"]);
  }),
);

test.run();
