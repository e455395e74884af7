import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CommandError } from "../../../protocol/errors.ts";
import { withConnections } from "../../kit/connection.ts";

const test = suite("commands/pushb");

function pushb(count: number): string {
  const jobs = Array.from(
    { length: count },
    (_, index) => `{"jid":"pushb-job-${index}","jobtype":"T","args":[]}`,
  );
  return `PUSHB [${jobs.join(",")}]`;
}

test(
  "at a shutdown a long one ends after the step that is under way, and tells how far it came",
  withConnections(async ({ connect, flaky, state }) => {
    const { wire, connection } = await connect();
    const release = flaky.hold("push");
    flaky.fail("push", new CommandError("the store says no"), 7);
    wire.send(pushb(2_500));
    await flaky.untilHeld("push", 999);
    connection.drain();
    release();
    assert.is(await wire.read(), "-ERR shutdown in progress: 999 of 2500 jobs are stored");
    assert.is(await wire.read(), "(closed)");
    assert.is(Object.keys((await state()).jobs).length, 999);
  }),
);

test(
  "and one in its last step is done",
  withConnections(async ({ connect, flaky, state }) => {
    const { wire, connection } = await connect();
    const release = flaky.hold("push");
    wire.send(pushb(900));
    await flaky.untilHeld("push", 900);
    connection.drain();
    release();
    assert.equal([await wire.read(), await wire.read()], ["{}", "(closed)"]);
    assert.is(Object.keys((await state()).jobs).length, 900);
  }),
);

test.run();
