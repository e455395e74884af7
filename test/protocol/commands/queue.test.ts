import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeQueue, parseQueue } from "../../../protocol/commands/queue.ts";
import { refusal } from "../refusal.ts";
import { assertTable } from "../table.ts";

const test = suite("protocol/commands/queue");

const parse = (text: string) => parseQueue(Buffer.from(text));

const problem = (text: string) => refusal(() => parse(text));

const named = (...names: string[]) => ({ names, hasStar: false });

const star = (...names: string[]) => ({ names, hasStar: true });

test("an action has its queues, each once; a star before them is all that there are", () => {
  assertTable(
    {
      "PAUSE q": { action: "PAUSE", queues: named("q") },
      "resume q r": { action: "RESUME", queues: named("q", "r") },
      "Remove q  r q ": { action: "REMOVE", queues: named("q", "r") },
      LATENCY: { action: "LATENCY", queues: named() },
      "PAUSE *": { action: "PAUSE", queues: star() },
      "PAUSE * q r q": { action: "PAUSE", queues: star("q", "r") },
    },
    parse,
  );
});

test("what is no action, or lacks a queue, is refused", () => {
  assertTable(
    {
      "": "CommandError: no such QUEUE subcommand: ",
      "stop q": "CommandError: no such QUEUE subcommand: STOP",
      PAUSE: "CommandError: missing argument, usage: QUEUE PAUSE <queue> [<queue> …]",
      "remove ": "CommandError: missing argument, usage: QUEUE REMOVE <queue> [<queue> …]",
    },
    problem,
  );
});

test("a name that no queue can have is refused, wherever it stands", () => {
  const rule = "queue: queue names must match \\A[a-zA-Z0-9._-]+\\z";
  assertTable(
    {
      "PAUSE a:b": `CommandError: cannot get "a:b" ${rule}`,
      "LATENCY q é r": `CommandError: cannot get "é" ${rule}`,
      "PAUSE * a:b": `CommandError: cannot get "a:b" ${rule}`,
      "REMOVE q *": `CommandError: cannot get "*" ${rule}`,
    },
    problem,
  );
  const longest = "x".repeat(1_000);
  assert.equal(parse(`PAUSE ${longest}`), { action: "PAUSE", queues: named(longest) });
  assert.is(
    problem(`PAUSE q ${longest}x`),
    `CommandError: cannot get "${"x".repeat(200)}…" queue: queue names have at most 1000 bytes`,
  );
});

test("1,000 queues are fine, and one more is refused, even a repeated one", () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `q${index}`);
  assert.equal(parse(`PAUSE ${names.join(" ")}`), { action: "PAUSE", queues: named(...names) });
  const refused = "CommandError: QUEUE takes at most 1000 queues";
  assert.equal(
    [problem(`PAUSE ${names.join(" ")} more`), problem(`PAUSE${" q".repeat(1_001)}`)],
    [refused, refused],
  );
});

test("a client's QUEUE is what the broker reads", () => {
  const line = encodeQueue("PAUSE", ["default", "mail"]);
  assert.is(line, "QUEUE PAUSE default mail");
  const parsed = parse(line.slice("QUEUE ".length));
  assert.equal(parsed, { action: "PAUSE", queues: named("default", "mail") });
});

test.run();
