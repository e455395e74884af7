import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OK, type Reply } from "../../protocol/reply.ts";
import { NotSupported, ServerError, StaleLease } from "../../worker-sdk/errors.ts";
import { Progress } from "../../worker-sdk/progress.ts";
import { failureOf } from "../kit/failure-of.ts";
import { recordingLogger } from "../kit/log.ts";

const test = suite("worker-sdk/progress");

/** A link whose calls are answered when the test says so. */
function world(lease: { lease: number | undefined } = { lease: 7 }) {
  const lines: string[] = [];
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = [];
  const link = {
    call: (line: string) =>
      new Promise<Reply>((resolve, reject) => {
        lines.push(line);
        waiting.push({ resolve, reject });
      }),
  };
  const log = recordingLogger();
  return {
    progress: new Progress({ jid: "a1b2c3d4", ...lease }, { link, log }),
    lines,
    log,
    answer: () => waiting.shift()?.resolve(OK),
    refuse: (error: Error) => waiting.shift()?.reject(error),
    told: () => lines.map((line) => JSON.parse(line.slice("TRACK SET ".length)) as unknown),
  };
}

const turn = () => new Promise(setImmediate);

test("what is told goes to the server, with the lease", async () => {
  const { progress, told, answer } = world();
  const known = progress.tell({ percent: 50, desc: "half" });
  await turn();
  assert.equal(told(), [{ jid: "a1b2c3d4", percent: 50, desc: "half", lease: 7 }]);
  answer();
  await known;
});

test("what is told meanwhile becomes one report, and the last word counts", async () => {
  const { progress, told, answer } = world();
  const first = progress.tell({ percent: 1 });
  await turn();
  const rest = [
    progress.tell({ percent: 2, desc: "two" }),
    progress.tell({ percent: 3 }),
    progress.tell({ percent: 4 }),
  ];
  await turn();
  assert.is(told().length, 1);
  answer();
  await first;
  await turn();
  assert.equal(told().slice(1), [{ jid: "a1b2c3d4", percent: 4, desc: "two", lease: 7 }]);
  answer();
  await Promise.all(rest);
});

test("ten thousand words in one go are one report", async () => {
  const { progress, told, answer } = world();
  const known = Array.from({ length: 10_000 }, (_, index) =>
    progress.tell({ percent: index % 101 }),
  );
  await turn();
  assert.equal(told(), [{ jid: "a1b2c3d4", percent: 9_999 % 101, lease: 7 }]);
  answer();
  await Promise.all(known);
});

test("what is left at the end is told at once, without waiting for the word before", async () => {
  const { progress, told, answer } = world();
  const first = progress.tell({ percent: 50 });
  await turn();
  const last = progress.tell({ percent: 100 });
  progress.flush();
  progress.flush();
  assert.equal(told().slice(1), [{ jid: "a1b2c3d4", percent: 100, lease: 7 }]);
  answer();
  answer();
  await Promise.all([first, last]);
  assert.is(told().length, 2);
});

test("a failure is told to who waits for it, and logged once for who does not", async () => {
  const { progress, told, refuse, answer, log } = world();
  const refused = progress.tell({ percent: 1 });
  await turn();
  refuse(new StaleLease("STALE", "job a1b2c3d4 is in retries, not by lease 7"));
  assert.instance(await failureOf(refused), StaleLease);
  void progress.tell({ percent: 2 });
  await turn();
  refuse(new ServerError("ERR", "Redis is away"));
  await turn();
  assert.is(log.of("progress.failed").length, 1);
  const next = progress.tell({ percent: 3 });
  await turn();
  answer();
  await next;
  assert.is(told().length, 3);
});

test("a failure of what is told at the very end is nobody's surprise", async () => {
  const { progress, refuse, log } = world();
  void progress.tell({ percent: 100 });
  progress.flush();
  refuse(new ServerError("ERR", "Redis is away"));
  await turn();
  assert.is(log.of("progress.failed").length, 1);
});

test("a server that has no TRACK, or not in this edition, does not support it", async () => {
  for (const words of [
    "unknown command TRACK",
    "tracking subsystem is only available in Faktory Enterprise",
  ]) {
    const { progress, told, refuse } = world({ lease: undefined });
    const refused = progress.tell({ percent: 50 });
    await turn();
    assert.equal(told(), [{ jid: "a1b2c3d4", percent: 50 }]);
    refuse(new ServerError("ERR", words));
    assert.instance(await failureOf(refused), NotSupported);
  }
});

test.run();
