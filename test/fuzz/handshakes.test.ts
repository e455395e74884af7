// limit: 120 s, alone
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Wire } from "../kit/wire.ts";
import { hostileLine } from "./hostile-lines.ts";
import { besieged, holds, SECONDS, SEED } from "./siege.ts";

const test = suite(`fuzz: strangers, seed ${SEED}`);

/** Within what most systems let a process have open. */
const CROWD = 3_000;

function isHello(line: Buffer): boolean {
  return /^(HELLO |END)/.test(line.toString("latin1"));
}

test(
  "any other first line than HELLO gets one line of error and a close",
  besieged(async ({ port, check }) => {
    let count = 0;
    const firstLine = hostileLine.filter((line) => !isHello(line));
    const property = fc.asyncProperty(firstLine, async (line) => {
      const wire = await Wire.open(port);
      wire.send(line);
      wire.socket.write(
        'INFO\nPUSH {"jid":"stranger","jobtype":"T","args":[],"queue":"stranger"}\n',
      );
      assert.match(await wire.read(), /^-ERR (expected HELLO|line is longer than 65536 bytes)/);
      assert.is(await wire.read(), "(closed)");
      count++;
    });
    await holds(property, SECONDS / 2);
    const wire = await Wire.hello(port);
    assert.is((await wire.info()).faktory.queues["stranger"], undefined);
    wire.close();
    await check(`${count} first lines, seed ${SEED}`);
  }),
);

test(
  "a HELLO with anything in it is answered with OK, or with one line of error and a close",
  besieged(async ({ port, check }) => {
    let count = 0;
    const members = fc.dictionary(
      fc.constantFrom("v", "wid", "pid", "labels", "hostname", "rss_kb", "pwdhash", "__proto__"),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(2, "w", "x\r\n+OK", -1, 1e300)),
    );
    const property = fc.asyncProperty(members, async (hello) => {
      const wire = await Wire.open(port);
      const reply = await wire.call(`HELLO ${JSON.stringify(hello)}`);
      if (reply === "+OK") assert.match(await wire.call("INFO"), /^\{/);
      else assert.match(reply, /^-ERR invalid HELLO: /);
      if (reply !== "+OK") assert.is(await wire.read(), "(closed)");
      wire.close();
      count++;
    });
    await holds(property, SECONDS / 2);
    await check(`${count} HELLOs, seed ${SEED}`);
  }),
);

test(
  `${CROWD} clients that say nothing, or half a HELLO, are all turned out`,
  besieged(async ({ port, check }) => {
    const crowd: Wire[] = [];
    for (let count = 0; count < CROWD; count += 100) {
      crowd.push(...(await Promise.all(Array.from({ length: 100 }, () => Wire.open(port)))));
      for (const wire of crowd.slice(-50)) wire.socket.write('HELLO {"v":');
    }
    await check(`${CROWD} half-open connections`);
    for (const wire of crowd) {
      assert.is(await wire.read(), "-ERR handshake not completed within 2 seconds");
      assert.is(await wire.read(), "(closed)");
    }
    const wire = await Wire.hello(port);
    assert.is((await wire.info()).server.connections, 2, "this one and the healthy one");
    wire.close();
    await check("when they are gone");
  }),
);

test(
  "a first line of over 64 KiB is refused: nobody has said yet who they are",
  besieged(async ({ port, check }) => {
    const long = `HELLO {"v":2,"labels":["${"x".repeat(65_536)}`;
    for (let count = 0; count < 100; count++) {
      const wire = await Wire.open(port);
      wire.socket.write(long);
      assert.is(await wire.read(), "-ERR line is longer than 65536 bytes");
      assert.is(await wire.read(), "(closed)");
    }
    await check("100 long HELLOs");
  }),
);

test(
  "500 wrong passwords at once do not hold up those who have the right one",
  besieged(
    async ({ port, check }) => {
      const crowd = await Promise.all(Array.from({ length: 500 }, () => Wire.open(port)));
      const hello = 'HELLO {"v":2,"pwdhash":"wrong"}';
      const replies = new Set(await Promise.all(crowd.map((wire) => wire.call(hello))));
      assert.ok(replies.has("-ERR Invalid password"));
      replies.delete("-ERR Invalid password");
      replies.delete("-ERR handshake not completed within 2 seconds");
      assert.equal(replies, new Set());
      await check("500 wrong passwords");
    },
    { password: "the-right-one" },
  ),
);

test.run();
