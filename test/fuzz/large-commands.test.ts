// limit: 180 s, alone
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Wire } from "../kit/wire.ts";
import { besieged } from "./siege.ts";

// One command that is much work for a broker with one thread. Each line of output tells how long a
// healthy client waited meanwhile.

const test = suite("fuzz: large commands");

const MEBIBYTE = 2 ** 20;

function repeated(text: string, bytes: number): string {
  return text.repeat(Math.floor(bytes / text.length));
}

async function answer(port: number, line: string): Promise<string> {
  const wire = await Wire.hello(port);
  const reply = await wire.call(line);
  wire.close();
  return reply;
}

const job = (members: string) =>
  `PUSH {"jid":"flood-job","jobtype":"T","args":[],"queue":"flood"${members}}`;

const large: [what: string, line: () => string, reply: RegExp][] = [
  ["an object of a million members", () => job(repeated(',"":0', 5 * MEBIBYTE)), /10000 members/],
  [
    "an array of a million jobs",
    () => `PUSHB [{}${repeated(",{}", 3 * MEBIBYTE)}]`,
    /200000 elements/,
  ],
  [
    "a PUSHB of 100,000 jobs that are all refused",
    () => `PUSHB [{}${",{}".repeat(99_999)}]`,
    /reasonable jid/,
  ],
  [
    "a PUSHB of 20,000 queues",
    () => {
      const one = (index: number) =>
        `{"jid":"many-queues-${index}","jobtype":"T","args":[],"queue":"q${index}"}`;
      return `PUSHB [${Array.from({ length: 20_000 }, (_, index) => one(index)).join(",")}]`;
    },
    /^\{\}$/,
  ],
  ["brackets, 2 MiB of them", () => job(`,"x":[[]${repeated(",[]", 2 * MEBIBYTE)}]`), /^\+OK/],
  ["numbers, 31 MiB of them", () => job(`,"x":[1${repeated(",1", 31 * MEBIBYTE)}`), /^-ERR.*'}'/],
  [
    "a backtrace of 31 MiB",
    () => `FAIL {"jid":"nobody","backtrace":[""${repeated(',"line"', 31 * MEBIBYTE)}]}`,
    /^-ERR Job not found/,
  ],
  ["a text of 16 MiB", () => job(`,"x":"${"a".repeat(16 * MEBIBYTE)}"`), /^\+OK/],
  ["a number of 4 MiB", () => job(`,"retry":${"9".repeat(4 * MEBIBYTE)}`), /^-ERR.*type int/],
  ["a time of 4 MiB", () => job(`,"at":"2099-01-01T00:00:00.${"9".repeat(4 * MEBIBYTE)}Z"`), /OK/],
  [
    "a backtrace of 4 MiB",
    () => `FAIL {"jid":"nobody","backtrace":[""${repeated(',""', 4 * MEBIBYTE)}]}`,
    /^-ERR Job not found/,
  ],
  [
    "a MUTATE of 100,000 jids",
    () => `MUTATE {"cmd":"kill","target":"dead","filter":{"jids":["x"${',"x"'.repeat(99_999)}]}}`,
    /^\+OK/,
  ],
  ["10,000 queues in a QUEUE", () => `QUEUE PAUSE${" q".repeat(10_000)}`, /at most 1000 queues/],
  ["16 Mi spaces in a QUEUE", () => `QUEUE PAUSE${" ".repeat(16 * MEBIBYTE)}`, /at most 1000/],
  [
    "a FETCH of a queue of 31 MiB",
    () => `FETCH ${"q".repeat(31 * MEBIBYTE)}`,
    /at most 1000 bytes/,
  ],
  ["16 Mi spaces in a FETCH", () => `FETCH ${" ".repeat(16 * MEBIBYTE)}`, /at most 1000 queues/],
];

for (const [what, line, reply] of large) {
  test(
    `${what}: others go on`,
    besieged(async ({ port, check }) => {
      assert.match(await answer(port, line()), reply);
      await check(what);
    }),
  );
}

test(
  "a MUTATE whose regexp would take minutes is given up",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const text = "a".repeat(MEBIBYTE / 4);
    await wire.call(job(`,"x":"${text}","at":"2099-01-01T00:00:00Z"`));
    const filter = `{"regexp":"*${"a".repeat(900)}b"}`;
    const reply = await wire.call(
      `MUTATE {"cmd":"discard","target":"scheduled","filter":${filter}}`,
    );
    assert.match(reply, "-ERR this regexp takes too long");
    wire.close();
    await check("a regexp of 900 characters on a job of 256 KiB");
  }),
);

test(
  "a MUTATE that looks at jobs of 16 MiB: others go on",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const text = "a".repeat(16 * MEBIBYTE);
    for (let count = 0; count < 3; count++) {
      await wire.call(job(`,"x":"${text}","at":"2099-01-01T00:00:00Z"`));
    }
    await check("jobs of 16 MiB");
    for (const filter of ['{"regexp":"*aaaaaab*"}', '{"jobtype":"none"}']) {
      const line = `MUTATE {"cmd":"discard","target":"scheduled","filter":${filter}}`;
      assert.match(await wire.call(line), /^\+OK/);
    }
    wire.close();
    await check("filters on jobs of 16 MiB");
  }),
);

test.run();
