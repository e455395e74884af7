import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Pipeline } from "../../../broker/server/pipeline.ts";

const test = suite("server/pipeline");

/** A pipeline whose commands the test finishes, by the number in which they were begun. */
function open(maxRunning = 1_000) {
  const begun: string[] = [];
  const delivered: string[][] = [];
  const finishers: (() => void)[] = [];
  const pipeline = new Pipeline({
    maxRunning,
    run: ({ verb, argument }) => {
      const name = `${verb} ${argument?.toString() ?? ""}`.trim();
      begun.push(name);
      return new Promise((resolve) => finishers.push(() => resolve({ closeReason: name })));
    },
    deliver: (outcomes) => delivered.push(outcomes.map(({ closeReason = "" }) => closeReason)),
  });
  const add = (...lines: string[]) => {
    for (const line of lines) pipeline.add(Buffer.from(line));
    pipeline.advance();
  };
  const finish = async (number: number) => {
    finishers[number]?.();
    await new Promise(setImmediate);
  };
  return { pipeline, begun, delivered, add, finish };
}

test("commands of one verb that may be pipelined are under way together", () => {
  const { begun, add, pipeline } = open();
  add("PUSH 1", "PUSH 2");
  add("PUSH 3");
  assert.equal(begun, ["PUSH 1", "PUSH 2", "PUSH 3"]);
  assert.is(pipeline.waiting, 0);
});

test("another verb waits until all before it have been answered", async () => {
  const { begun, delivered, add, finish } = open();
  add("PUSH 1", "PUSH 2", "ACK 3", "ACK 4", "PUSH 5");
  assert.equal(begun, ["PUSH 1", "PUSH 2"]);
  await finish(0);
  assert.equal(begun.length, 2);
  await finish(1);
  assert.equal(begun, ["PUSH 1", "PUSH 2", "ACK 3", "ACK 4"]);
  await finish(2);
  await finish(3);
  assert.is(begun.at(-1), "PUSH 5");
  assert.equal(delivered.flat(), ["PUSH 1", "PUSH 2", "ACK 3", "ACK 4"]);
});

test("a long command is done by itself, since it may take longer to parse than the next", async () => {
  const { begun, add, finish } = open();
  const long = `PUSH ${"x".repeat(300_000)}`;
  add("PUSH 1", long, "PUSH 2", "PUSH 3");
  assert.equal(begun, ["PUSH 1"]);
  await finish(0);
  // It has begun, and after a rest for its length others might.
  await new Promise(setImmediate);
  assert.equal(begun, ["PUSH 1", long]);
  await finish(1);
  assert.equal(begun, ["PUSH 1", long, "PUSH 2", "PUSH 3"]);
});

for (const verb of ["FETCH", "INFO", "FLUSH", "END", "HELLO", "NOSUCH"]) {
  test(`${verb} is done by itself`, async () => {
    const { begun, add, finish } = open();
    add(`${verb} 1`, `${verb} 2`);
    assert.equal(begun, [`${verb} 1`]);
    await finish(0);
    assert.equal(begun, [`${verb} 1`, `${verb} 2`]);
  });
}

test("outcomes are delivered in the order of the commands, those that are ready together", async () => {
  const { delivered, add, finish } = open();
  add("PUSH 1", "PUSH 2", "PUSH 3", "PUSH 4");
  await finish(2);
  await finish(1);
  assert.equal(delivered, []);
  await finish(0);
  assert.equal(delivered, [["PUSH 1", "PUSH 2", "PUSH 3"]]);
  await finish(3);
  assert.equal(delivered[1], ["PUSH 4"]);
});

test("not more than so many are under way at once", async () => {
  const { begun, add, finish, pipeline } = open(2);
  add("PUSH 1", "PUSH 2", "PUSH 3", "PUSH 4");
  assert.equal([begun.length, pipeline.waiting], [2, 2]);
  await finish(1);
  assert.is(begun.length, 2, "the first one is still under way, and so is its place");
  await finish(0);
  assert.equal([begun.length, pipeline.waiting], [4, 0]);
});

test("while it is held nothing is begun", async () => {
  const { begun, add, finish, pipeline } = open();
  add("PUSH 1");
  pipeline.hold(true);
  add("PUSH 2");
  await finish(0);
  assert.equal(begun, ["PUSH 1"]);
  pipeline.hold(false);
  pipeline.advance();
  assert.equal(begun, ["PUSH 1", "PUSH 2"]);
});

test("what has not been begun can be forgotten", async () => {
  const { begun, delivered, add, finish, pipeline } = open();
  add("PUSH 1", "INFO 2", "PUSH 3");
  assert.is(pipeline.waiting, 2);
  pipeline.clear();
  assert.equal([pipeline.waiting, pipeline.isIdle], [0, false]);
  await finish(0);
  assert.equal([begun, delivered], [["PUSH 1"], [["PUSH 1"]]]);
  assert.ok(pipeline.isIdle);
  add("PUSH 4");
  assert.equal(begun, ["PUSH 1", "PUSH 4"]);
});

test("it knows how many bytes it holds", async () => {
  const { add, finish, pipeline } = open();
  assert.is(pipeline.heldBytes, 0);
  add("PUSH 1", "PUSH 22", "INFO");
  assert.is(pipeline.heldBytes, 17);
  await finish(0);
  assert.is(pipeline.heldBytes, 11);
  pipeline.clear();
  assert.is(pipeline.heldBytes, 7);
  await finish(1);
  assert.is(pipeline.heldBytes, 0);
});

test("of a packet full of commands others get a turn after a hundred", async () => {
  const { begun, add } = open();
  add(...Array.from({ length: 250 }, (_, index) => `PUSH ${index}`));
  assert.is(begun.length, 100);
  await new Promise(setImmediate);
  assert.is(begun.length, 200);
  await new Promise(setImmediate);
  assert.equal(
    begun,
    Array.from({ length: 250 }, (_, index) => `PUSH ${index}`),
  );
});

test("and of long ones after a quarter of a mebibyte", async () => {
  const { begun, add } = open();
  const long = `PUSH ${"x".repeat(2 ** 17)}`;
  add(long, long, long);
  assert.is(begun.length, 2);
  await new Promise(setImmediate);
  assert.is(begun.length, 3);
});

test.run();
