// limit: 180 s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startBroker } from "../kit/broker.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { besieged } from "./siege.ts";

// What takes long, for a broker that is one thread, is looked for here one by one. Each line of
// output tells how long a healthy client waited meanwhile.

const test = suite("fuzz: floods");

const MEBIBYTE = 2 ** 20;

function repeated(text: string, bytes: number): string {
  return text.repeat(Math.floor(bytes / text.length));
}

/** Sends it all and reads so many replies; resolves with the last. */
async function flood(port: number, text: string | Buffer, replies = 1): Promise<string> {
  const wire = await Wire.hello(port);
  wire.send(text);
  for (let count = 1; count < replies; count++) await wire.read();
  const last = await wire.read();
  wire.close();
  return last;
}

const tiny: [what: string, line: string, count: number, reply: RegExp][] = [
  ["empty lines in one packet", "", 60_000, /^-ERR unknown command/],
  ["commands of no arguments", "HELP", 20_000, /HELLO/],
  ["malformed commands", "FAIL x", 50_000, /^-ERR invalid FAIL x/],
  ["ACKs of nothing", 'ACK {"jid":"nobody"}', 50_000, /^\+OK/],
];

for (const [what, line, count, reply] of tiny) {
  test(
    `${count} ${what} do not hold up others`,
    besieged(async ({ port, check }) => {
      const lines = `${line}\n`.repeat(count - 1) + line;
      assert.match(await flood(port, lines, count), reply);
      await check(`${count} ${what}`);
    }),
  );
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
  ["brackets, 4 MiB of them", () => job(`,"x":[[]${repeated(",[]", 4 * MEBIBYTE)}]`), /^\+OK/],
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
  ["16 Mi spaces in a FETCH", () => `FETCH ${" ".repeat(16 * MEBIBYTE)}`, /at most 1000 queues/],
];

for (const [what, line, reply] of large) {
  test(
    `${what}: others go on`,
    besieged(async ({ port, check }) => {
      assert.match(await flood(port, line()), reply);
      await check(what);
    }),
  );
}

test(
  "a MUTATE whose regexp would take minutes is given up",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const text = "a".repeat(MEBIBYTE);
    await wire.call(job(`,"x":"${text}","at":"2099-01-01T00:00:00Z"`));
    const filter = `{"regexp":"*${"a".repeat(900)}b"}`;
    const reply = await wire.call(
      `MUTATE {"cmd":"discard","target":"scheduled","filter":${filter}}`,
    );
    assert.match(reply, "-ERR this regexp takes too long");
    wire.close();
    await check("a regexp of 900 characters on a job of a mebibyte");
  }),
);

test(
  "100 clients that FETCH from 1,000 queues each",
  besieged(async ({ port, check }) => {
    const wires = await Promise.all(Array.from({ length: 100 }, () => Wire.hello(port)));
    const queues = (who: number) =>
      Array.from({ length: 1_000 }, (_, index) => `flood-${who}-${index}`).join(" ");
    const replies = await Promise.all(wires.map((wire, who) => wire.call(`FETCH ${queues(who)}`)));
    assert.equal(new Set(replies), new Set(["$-1"]));
    for (const wire of wires) wire.close();
    await check("100 FETCHes of 1,000 queues");
  }),
);

test(
  "MONITOR sent thousands of times shows each command once",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    wire.send("MONITOR\n".repeat(5_000) + "INFO");
    let replies = 0;
    let shown = 0;
    for (;;) {
      const reply = await wire.read();
      if (reply.startsWith("{")) break;
      if (reply === "+OK") replies++;
      else if (reply.endsWith(" MONITOR")) shown++;
    }
    assert.is(replies, 5_000);
    assert.ok(shown < 5_000, `each was shown once at the most, not ${shown} in all`);
    wire.close();
    await check("5,000 MONITORs");
  }),
);

test(
  "INFO and QUEUE LATENCY of 20,000 queues are done in steps",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const jobs = Array.from(
      { length: 20_000 },
      (_, index) => `{"jid":"step-job-${index}","jobtype":"T","args":[],"queue":"step-${index}"}`,
    );
    assert.is(await wire.call(`PUSHB [${jobs.join(",")}]`), "{}");
    await check("a PUSHB to 20,000 queues");
    for (let count = 0; count < 5; count++) {
      assert.is(Object.keys((await wire.info()).faktory.queues).length, 20_001);
    }
    await check("INFO on 20,000 queues");
    assert.match(await wire.call("QUEUE LATENCY *"), '"step-19999":');
    await check("LATENCY of 20,000 queues");
    wire.close();
  }),
);

test(
  "long commands behind one that waits are not all read",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const line = Buffer.from(`${job(`,"x":"${"a".repeat(16 * MEBIBYTE)}"`)}\n`);
    wire.send("FETCH nothing-in-there");
    for (let count = 0; count < 40; count++) wire.socket.write(line);
    assert.is(await wire.read(), "$-1");
    await check("640 MiB behind a FETCH", { maxMebibytes: 400 });
    wire.close();
  }),
);

test(
  "commands of over a mebibyte that are under way together are bounded",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    for (let count = 0; count < 200; count++) {
      wire.send(job(`,"x":"${"a".repeat(4 * MEBIBYTE)}"`));
    }
    for (let count = 0; count < 200; count++) assert.is(await wire.read(), "+OK");
    await check("200 PUSHes of 4 MiB at once", { maxMebibytes: 400 });
    wire.close();
  }),
);

test(
  "a line over the limit is refused once, and what follows it is not read",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    const chunk = Buffer.alloc(MEBIBYTE, "x");
    for (let count = 0; count < 33; count++) wire.socket.write(chunk);
    wire.socket.write("\nINFO\n");
    assert.is(await wire.read(), "-ERR line is longer than 33554432 bytes");
    assert.is(await wire.read(), "(closed)");
    await check("a line of 33 MiB");
  }),
);

test("a client that never reads its replies is cut off", async () => {
  const broker = await startBroker({ limits: { unreadMs: 100 } });
  const deaf = await Wire.hello(broker.port);
  let isClosed = false;
  deaf.socket.on("close", () => {
    isClosed = true;
  });
  deaf.socket.pause();
  const line = `HELP\n`.repeat(10_000);
  const pour = () => {
    if (!isClosed) deaf.socket.write(line, () => setImmediate(pour));
  };
  pour();
  const healthy = await Wire.hello(broker.port);
  await until(async () => (await healthy.info()).server.connections === 1, {
    what: "it is cut off",
    withinMs: 20_000,
  });
  // Only now may it learn of it.
  deaf.socket.resume();
  await until(() => isClosed, { what: "it has noticed" });
  assert.is(await healthy.push({ jid: "still-working" }), "+OK");
  healthy.close();
  await broker.stop();
});

test.run();
