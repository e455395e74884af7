// limit: 180 s, alone
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startBroker } from "../kit/broker.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { besieged } from "./siege.ts";

// Many commands, many clients, or much that is not read. Each line of output tells how long a healthy
// client waited meanwhile.

const test = suite("fuzz: floods");

const MEBIBYTE = 2 ** 20;

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
  ["commands of no arguments", "HELP", 10_000, /HELLO/],
  ["malformed commands", "FAIL x", 30_000, /^-ERR invalid FAIL x/],
  ["ACKs of nothing", 'ACK {"jid":"nobody"}', 20_000, /^\+OK/],
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
    const line = Buffer.from(`${job(`,"x":"${"a".repeat(4 * MEBIBYTE)}"`)}\n`);
    for (let count = 0; count < 60; count++) wire.socket.write(line);
    for (let count = 0; count < 60; count++) assert.is(await wire.read(), "+OK");
    await check("60 PUSHes of 4 MiB at once", { maxMebibytes: 300 });
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
