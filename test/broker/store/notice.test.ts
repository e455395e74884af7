import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseNotice } from "../../../broker/store/notice.ts";

const test = suite("store/notice");

test("a queue's notice names the queue and who caused it", () => {
  assert.equal(parseNotice("queue a.b-c 1234abcd"), {
    kind: "queue",
    queue: "a.b-c",
    origin: "1234abcd",
  });
});

test("a queue's notice may come from nobody", () => {
  assert.equal(parseNotice("queue q "), { kind: "queue", queue: "q", origin: "" });
});

for (const state of ["running", "quiet", "terminate", "forgotten"] as const) {
  test(`a worker's notice tells that it is ${state}, and its wid may hold spaces`, () => {
    assert.equal(parseNotice(`worker ${state} my worker  1`), {
      kind: "worker",
      state,
      wid: "my worker  1",
    });
  });
}

test("that everything was deleted is told in a word", () => {
  assert.equal(parseNotice("flushed"), { kind: "flushed" });
});

test("a notice that no script sends is refused", () => {
  for (const message of ["", "hello", "worker asleep w", "worker", "flushed now"]) {
    assert.throws(() => parseNotice(message), `a notice that no script sends: ${message}`);
  }
});

test.run();
