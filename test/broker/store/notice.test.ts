import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseNotice } from "../../../broker/store/notice.ts";

const test = suite("store/notice");

test("a queue's notice names the queue and who caused it", () => {
  assert.equal(parseNotice("queue a.b-c 1234abcd"), {
    notices: [{ kind: "queue", queue: "a.b-c" }],
    origin: "1234abcd",
  });
});

test("a queue's notice may come from nobody", () => {
  assert.equal(parseNotice("queue q "), { notices: [{ kind: "queue", queue: "q" }], origin: "" });
});

test("the notice of resumed queues is one for each, and for every broker", () => {
  assert.equal(parseNotice("resumed q a.b-c"), {
    notices: [
      { kind: "queue", queue: "q" },
      { kind: "queue", queue: "a.b-c" },
    ],
  });
});

for (const state of ["running", "quiet", "terminate", "forgotten"] as const) {
  test(`a worker's notice tells that it is ${state}, and its wid may hold spaces`, () => {
    assert.equal(parseNotice(`worker ${state} my worker  1`), {
      notices: [{ kind: "worker", state, wid: "my worker  1" }],
    });
  });
}

test("that everything was deleted is told in a word", () => {
  assert.equal(parseNotice("flushed"), { notices: [{ kind: "flushed" }] });
});

test("a job that was called off is told with its worker, and as much more as is known", () => {
  const full = '{"wid":"my worker","jid":"a b","lease":7,"reason":"\\"late\\"","by":"ops"}';
  assert.equal(parseNotice(`cancel ${full}`), {
    notices: [
      {
        kind: "cancel",
        wid: "my worker",
        job: { jid: "a b", token: 7, reason: '"late"', by: "ops" },
      },
    ],
  });
  assert.equal(parseNotice('cancel {"wid":"w","jid":"a"}'), {
    notices: [{ kind: "cancel", wid: "w", job: { jid: "a" } }],
  });
});

test("a notice that this version does not know is none", () => {
  const unknown = ["", "hello", "worker asleep w", "worker", "flushed now"];
  unknown.push("cancel", "cancel a", "cancel null", 'cancel {"wid":"w"}', 'cancel {"jid":"a"}');
  for (const message of [...unknown, "resumed", "resumed ", "resumed q ", "resumed q  r"]) {
    assert.equal(parseNotice(message), { notices: [] });
  }
});

test.run();
