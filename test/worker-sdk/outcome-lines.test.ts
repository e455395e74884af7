import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  Discard,
  DoNotRetry,
  JobCancelled,
  RetryAt,
  Snooze,
  UnknownJobType,
} from "../../worker-sdk/job-errors.ts";
import { type Outcome, outcomeOf } from "../../worker-sdk/outcome.ts";
import { outcomeLines, plainOutcomeLines } from "../../worker-sdk/outcome-lines.ts";

const test = suite("worker-sdk/outcome-lines");

const jid = "a1b2c3d4";

const job = { jid, lease: undefined, retry: 25 };

const linesOf = (outcome: Outcome) => outcomeLines(job, outcome);

interface Told {
  errtype: string;
  message: string;
  backtrace: string[];
  retry_at?: string;
  interrupted?: boolean;
}

function failOf(error: unknown, outcome = outcomeOf(error)): Told {
  const [line = ""] = linesOf(outcome);
  assert.ok(line.startsWith("FAIL "), line);
  return JSON.parse(line.slice("FAIL ".length)) as Told;
}

test("a job that is done, or has nothing to do, is acknowledged", () => {
  const ack = ['ACK {"jid":"a1b2c3d4"}'];
  assert.equal(linesOf({ kind: "done" }), ack);
  assert.equal(linesOf(outcomeOf(new Discard("gone"))), ack);
});

test("a failure has the name, the message, and the backtrace without it", () => {
  const { errtype, message, backtrace } = failOf(new TypeError("two\nlines"));
  assert.is(errtype, "TypeError");
  assert.is(message, "two\nlines");
  assert.match(backtrace[0] ?? "", /^at .*outcome-lines\.test\.ts:\d+:\d+/);
  assert.ok(backtrace.every((line) => line.startsWith("at ")));
});

test("a cause is in the backtrace", () => {
  const { backtrace } = failOf(new Error("above", { cause: new RangeError("below") }));
  assert.ok(backtrace.includes("caused by RangeError: below"));
});

test("what is no error is told as text", () => {
  assert.equal(
    { ...failOf("oh"), jid: undefined },
    {
      errtype: "NotAnError",
      message: "oh",
      backtrace: [],
      jid: undefined,
    },
  );
  assert.is(failOf(undefined).message, "undefined");
});

const oddly = (members: PropertyDescriptorMap) =>
  Object.defineProperties(new Error("odd"), members) as unknown;
const throws = {
  get(): never {
    throw new Error("no");
  },
};

test("whatever is thrown is told as texts", () => {
  const thrown: unknown[] = [
    Object.create(null),
    { toString: throws.get },
    Symbol("s"),
    oddly({ message: throws }),
    oddly({ message: { value: 5n } }),
    oddly({ message: { value: { a: 1 } } }),
    oddly({ name: { value: Symbol("n") } }),
    oddly({ name: { value: 7 } }),
    oddly({ stack: { value: null } }),
    oddly({ stack: { value: 42 } }),
    oddly({ cause: throws }),
    oddly({ cause: { value: oddly({ message: throws, name: { value: 7n } }) } }),
    new Proxy(new Error("p"), { ...throws, getPrototypeOf: throws.get }),
  ];
  for (const [index, value] of thrown.entries()) {
    const plainly = { kind: "failed", error: value, retryAt: undefined, mayRetry: true } as const;
    const { errtype, message, backtrace } = failOf(value, plainly);
    assert.ok(typeof errtype === "string" && errtype !== "", `the errtype of ${index}`);
    assert.ok(typeof message === "string" && message !== "", `the message of ${index}`);
    assert.ok(backtrace.every((line) => typeof line === "string"));
  }
});

test("a failure is told with no more than the server keeps", () => {
  const error = new Error("m".repeat(1e6), { cause: new Error("c".repeat(1e6)) });
  error.name = "é".repeat(1e6);
  error.stack = `at ${"x".repeat(1e6)}\n  at ${"y".repeat(1e6)}\n`.repeat(2);
  const { errtype, message, backtrace } = failOf(error);
  assert.is(errtype, "é".repeat(50));
  assert.is(message, "m".repeat(1_000));
  assert.ok(backtrace.every((line) => line.length <= 1_000));
  assert.is(backtrace.length, 2 + 1 + failOf(error.cause).backtrace.length);
});

test("RetryAt takes no time that a server could not read", () => {
  for (const at of [Number.NaN, new Date("garbage"), 8.6e15, -1, Date.UTC(10_000, 0)]) {
    assert.throws(() => new RetryAt(at), /years 1970 to 9999/);
  }
});

test("a time for the retry goes with the report", () => {
  assert.is(failOf(new RetryAt(new Date(86_400_000))).retry_at, "1970-01-02T00:00:00.000Z");
  assert.is(failOf(new Error("oh")).retry_at, undefined);
});

test("a job that is not to be tried again is killed in the same packet", () => {
  const [fail, kill, ...more] = linesOf(outcomeOf(new DoNotRetry("never")));
  assert.match(fail ?? "", /^FAIL .*"errtype":"DoNotRetry"/);
  assert.is(kill, 'MUTATE {"cmd":"kill","target":"retries","filter":{"jids":["a1b2c3d4"]}}');
  assert.equal(more, []);
});

test("a job that is handed back has not failed, and an expired one needs no word", () => {
  assert.match(linesOf({ kind: "handedBack" }).join(), /^FAIL .*"interrupted":true\}$/);
  assert.equal(linesOf({ kind: "expired" }), []);
});

test("a result goes with the acknowledgement; one that is refused makes a failure of it", () => {
  const kept = { result: Buffer.from('{"rows":7}'), keepForSeconds: 60 };
  assert.equal(linesOf({ kind: "done", kept }), [
    'ACK {"jid":"a1b2c3d4","keep_for":60,"result":{"rows":7}}',
  ]);
  const [fail = "", ...more] = plainOutcomeLines({ ...job, lease: 7 }, { kind: "done", kept });
  assert.match(fail, /^FAIL .*"errtype":"ResultRefused".*"lease":7\}$/);
  assert.equal(more, []);
});

test("one that is put off says for how long, and looks like a failure to who does not know it", () => {
  const [line = "", ...more] = linesOf(outcomeOf(new Snooze(0.25, "no answer yet")));
  const fail = JSON.parse(line.slice("FAIL ".length)) as Record<string, unknown>;
  const { errtype, message, snooze } = fail;
  assert.equal([errtype, message, snooze], ["Snooze", "no answer yet", 0.25]);
  assert.equal(more, []);
  for (const seconds of [-1, Number.NaN, 315_360_001, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new Snooze(seconds), /Snooze takes seconds, from 0 to 315360000/);
  }
});

test("a failure that would end a job nobody has run puts it off", () => {
  const unknown = outcomeOf(new UnknownJobType("no handler for resize"));
  for (const linesFor of [outcomeLines, plainOutcomeLines]) {
    const snoozeAt = (retry: number, outcome = unknown) => {
      const [line = "", ...more] = linesFor({ ...job, retry }, outcome);
      assert.equal(more, []);
      return (JSON.parse(line.slice("FAIL ".length)) as { snooze?: number }).snooze;
    };
    assert.is(snoozeAt(0), 60);
    assert.is(snoozeAt(1), undefined);
    assert.is(snoozeAt(-1), undefined);
    assert.is(snoozeAt(0, outcomeOf(new Error("oh"))), undefined);
  }
});

test("of a job that was cancelled it is told how it ended", () => {
  const reason = new JobCancelled({});
  const cancelled = (ended: Outcome) => linesOf({ kind: "cancelled", reason, ended });
  assert.equal(cancelled({ kind: "done" }), linesOf({ kind: "done" }));
  assert.equal(cancelled({ kind: "handedBack" }), linesOf({ kind: "handedBack" }));
  assert.match(cancelled(outcomeOf(reason)).join(), /^FAIL .*"errtype":"JobCancelled"/);
});

test("who has a lease names its token in whatever it says", () => {
  const failure = outcomeOf(new Error("oh"));
  for (const outcome of [{ kind: "done" }, { kind: "handedBack" }, failure] as const) {
    const [line = ""] = outcomeLines({ ...job, lease: 7 }, outcome);
    const { lease } = JSON.parse(line.slice(line.indexOf(" "))) as { lease: number };
    assert.is(lease, 7);
  }
});

test("of a leased job FAIL says by itself that it is not tried again, so that nobody else's is hit", () => {
  const [line = "", ...others] = outcomeLines(
    { jid, lease: 7, retry: 25 },
    outcomeOf(new DoNotRetry("no use")),
  );
  const { final, lease } = JSON.parse(line.slice("FAIL ".length)) as Record<string, unknown>;
  assert.equal({ final, lease, others }, { final: true, lease: 7, others: [] });
});

test.run();
