import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Controls } from "../../../broker/engine/controls.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { openEngine, withEngine } from "../../kit/engine.ts";
import { until } from "../../kit/until.ts";

const test = suite("engine/controls");

/** A connection that keeps what it is told. */
function listener() {
  const leaving = new AbortController();
  const told: string[] = [];
  const tell = (message: Reply) =>
    void told.push(message.kind === "bulk" ? message.body.toString() : message.kind);
  return { gone: leaving.signal, tell, told, leave: () => leaving.abort() };
}

test("who listens is told of its own worker, once, until it has gone", () => {
  const controls = new Controls();
  const [first, second, other] = [listener(), listener(), listener()];
  controls.listen("w", first);
  controls.listen("w", first);
  controls.listen("w", second);
  controls.listen("another", other);
  controls.tellState("w", "quiet");
  second.leave();
  controls.tellCalledOff("w", { jid: "a", token: 7, reason: "late" });
  assert.equal(first.told, [
    '{"state":"quiet"}',
    '{"cancel":[{"jid":"a","lease":7,"reason":"late"}]}',
  ]);
  assert.equal(second.told, ['{"state":"quiet"}']);
  assert.equal(other.told, []);
});

test("who has gone already is told nothing", () => {
  const controls = new Controls();
  const gone = listener();
  gone.leave();
  controls.listen("w", gone);
  controls.tellState("w", "quiet");
  assert.equal(gone.told, []);
});

test(
  "it is told by whichever broker it is connected to, of what happens at any other",
  withEngine(async ({ engine, push, client, namespace, clock }) => {
    const there = await openEngine({ namespace, clock });
    try {
      const control = listener();
      there.engine.controls.listen("w 1", control);
      const worker = client("w 1", 30_000);
      await push("job-1");
      await worker.fetch("q");
      await engine.cancellations.cancelJob("job-1", { by: "ops" });
      const details = { wid: "w 1", hostname: "h", pid: 1, labels: [], rssKb: 1 };
      await engine.workers.register(details, worker);
      await engine.workers.beat({ wid: "w 1", state: "quiet", rssKb: 1 });
      await engine.workers.beat({ wid: "w 1", state: "quiet", rssKb: 1 });
      await engine.workers.beat({ wid: "w 1", state: "terminate", rssKb: 1 });
      await until(() => control.told.length >= 3, { what: "it was told" });
      assert.equal(control.told, [
        `{"cancel":[{"jid":"job-1","lease":${worker.tokens[0]},"by":"ops"}]}`,
        '{"state":"quiet"}',
        '{"state":"terminate"}',
      ]);
    } finally {
      there.close();
    }
  }),
);

test.run();
