import { Writable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Outbox } from "../../../broker/server/outbox.ts";

const test = suite("server/outbox");

/** A stream that notes each write, and ends it as the test wishes. */
function open(error?: Error) {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      writes.push(chunk.toString());
      callback(error);
    },
  });
  stream.on("error", () => {});
  return { writes, stream, outbox: new Outbox(stream) };
}

const turn = () => new Promise(setImmediate);

test("what is added in one turn is written at once, in its order", async () => {
  const { writes, outbox } = open();
  outbox.add(Buffer.from("a"));
  outbox.add(Buffer.from("b"));
  outbox.add(Buffer.from("c"));
  assert.equal(writes, []);
  await turn();
  assert.equal(writes, ["abc"]);
});

test("each turn has a write of its own", async () => {
  const { writes, outbox } = open();
  outbox.add(Buffer.from("a"));
  await turn();
  outbox.add(Buffer.from("b"));
  outbox.add(Buffer.from("c"));
  await turn();
  assert.equal(writes, ["a", "bc"]);
});

test("a flush does not wait, and what was flushed is not written again", async () => {
  const { writes, outbox } = open();
  outbox.add(Buffer.from("a"));
  outbox.flush();
  assert.equal(writes, ["a"]);
  outbox.flush();
  await turn();
  assert.equal(writes, ["a"]);
});

test("a single chunk is not copied", async () => {
  const given: Buffer[] = [];
  const stream = { write: (bytes: Buffer) => given.push(bytes) } as unknown as Writable;
  const outbox = new Outbox(stream);
  const chunk = Buffer.from("a");
  outbox.add(chunk);
  await turn();
  assert.is(given[0], chunk);
});

test("who asked to be told is told when the write fails, each once", async () => {
  const { outbox } = open(new Error("EPIPE"));
  const lost: string[] = [];
  outbox.add(Buffer.from("a"), () => lost.push("a"));
  outbox.add(Buffer.from("b"));
  outbox.add(Buffer.from("c"), () => lost.push("c"));
  await turn();
  assert.equal(lost, ["a", "c"]);
  // The stream is broken now, so what comes later is lost as well.
  outbox.add(Buffer.from("d"), () => lost.push("d"));
  await turn();
  assert.equal(lost, ["a", "c", "d"]);
});

test("when the write succeeds nobody is told", async () => {
  const { outbox } = open();
  const lost: string[] = [];
  outbox.add(Buffer.from("a"), () => lost.push("a"));
  await turn();
  assert.equal(lost, []);
});

test.run();
