// limit: 180 s, alone
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Wire } from "../kit/wire.ts";
import { hostileLine, NASTY_NAMES } from "./hostile-lines.ts";
import { besieged, holds, SEED } from "./siege.ts";

const test = suite(`fuzz: lines of an identified client, seed ${SEED}`);

/** Each connection sends this many hostile lines, all in one go. */
const LINES = 20;

const END_OF_LINE = Buffer.from("\r\n");

/** Cuts the bytes at some places of the generator's choice. */
async function send(wire: Wire, bytes: Buffer, cuts: number[]): Promise<void> {
  const places = cuts.map((where) => Math.floor(where * bytes.length)).toSorted((a, b) => a - b);
  let start = 0;
  for (const end of [...places, bytes.length]) {
    wire.socket.write(bytes.subarray(start, end));
    start = end;
    await new Promise(setImmediate);
  }
}

test(
  "each has exactly one reply of one line, and nobody else is the worse for it",
  besieged(async ({ port, check }) => {
    let count = 0;
    const cut = fc.double({ min: 0, max: 1, noNaN: true });
    const lines = fc.array(hostileLine, { minLength: LINES, maxLength: LINES });
    const property = fc.asyncProperty(lines, fc.array(cut, { maxLength: 3 }), async (all, cuts) => {
      const wire = await Wire.hello(port, { wid: "fuzz-worker" });
      // After each a command whose reply is unmistakable: were there one reply too many, or one too
      // few, it would not come in its place.
      const stream = all.flatMap((line, index) => [
        ...[line, END_OF_LINE],
        ...[Buffer.from(`QUEUE LATENCY marker-${index}`), END_OF_LINE],
      ]);
      const sent = send(wire, Buffer.concat(stream), cuts);
      for (const [index, line] of all.entries()) {
        const reply = await wire.read();
        const shown = `${line.toString("latin1").slice(0, 300)} was answered with ${reply}`;
        assert.not.match(reply, /internal error|^\(closed\)|Redis/, shown);
        assert.ok(!reply.startsWith("-") || reply.length < 1_100, shown);
        assert.is(await wire.read(), `{"marker-${index}":0}`, shown);
        count++;
      }
      await sent;
      wire.close();
    });
    await holds(property);
    await check(`${count} lines, seed ${SEED}`);
    assert.ok(count > 500, `only ${count} lines were sent`);
  }),
);

const SESSION = [
  `HELLO {"v":2,"wid":"split"}`,
  `PUSH {"jid":"split-job","jobtype":"T","args":["é"],"queue":"split"}`,
  `FETCH split`,
  `FAIL {"jid":"nobody"}`,
  `ACK {"jid":"split-job"}`,
  `nonsense`,
  `QUEUE LATENCY split`,
];

test(
  "a session is answered alike at whichever byte it is split",
  besieged(async ({ port, check }) => {
    const stream = Buffer.from(`${SESSION.join("\r\n")}\n`);
    for (let at = 1; at < stream.length; at++) {
      const wire = await Wire.open(port);
      wire.socket.write(stream.subarray(0, at));
      await new Promise(setImmediate);
      wire.socket.write(stream.subarray(at));
      const replies: string[] = [];
      for (const _ of SESSION) replies.push((await wire.read()).slice(0, 20));
      assert.equal(replies, [
        ...["+OK", "+OK", '{"jid":"split-job","', "-ERR Job not found n", "+OK"],
        ...["-ERR unknown command", '{"split":0}'],
      ]);
      wire.close();
    }
    await check(`split at each of ${stream.length} bytes`);
  }),
);

test(
  "a job that has failed however often can fail again, be put back, and be fetched",
  besieged(async ({ port, check }) => {
    const wire = await Wire.hello(port);
    for (const failures of ["9223372036854775806", "-9223372036854775808", "100000", "-3", "5"]) {
      const failure = `{"retry_count":${failures},"remaining":9}`;
      const job = `{"jid":"often-failed","jobtype":"T","args":[],"retry":9007199254740991`;
      assert.is(await wire.call(`PUSH ${job},"failure":${failure}}`), "+OK");
      assert.match(await wire.call("FETCH default"), '"retry_count":');
      assert.is(await wire.call('FAIL {"jid":"often-failed"}'), "+OK");
      for (const set of ["retries", "dead"]) {
        await wire.call(`MUTATE {"cmd":"requeue","target":"${set}","filter":{"regexp":"*often*"}}`);
      }
      const again = await wire.call("FETCH default");
      assert.match(again, '"failure":{');
      assert.is(await wire.call('ACK {"jid":"often-failed"}'), "+OK");
    }
    await check("impossible counts of failures");
    wire.close();
  }),
);

test(
  "names that mean something in JavaScript are names like any other",
  besieged(async ({ port, check }) => {
    for (const name of NASTY_NAMES) {
      const wire = await Wire.hello(port, { wid: name, labels: [name] });
      assert.is(await wire.call(`BEAT {"wid":"${name}"}`), "+OK");
      const job = `{"jid":"${name}","jobtype":"${name}","queue":"${name}","args":[],"${name}":{"${name}":1}}`;
      assert.is(await wire.call(`PUSH ${job}`), "+OK");
      assert.match(await wire.call("INFO"), `"${name}":1`);
      assert.is(await wire.call(`QUEUE PAUSE ${name}`), "+OK");
      assert.is(await wire.call(`QUEUE RESUME ${name}`), "+OK");
      assert.match(await wire.call(`QUEUE LATENCY ${name}`), `{"${name}":`);
      assert.match(await wire.call(`FETCH ${name}`), `"${name}":{"${name}":1}`);
      assert.is(await wire.call(`FAIL {"jid":"${name}","errtype":"${name}"}`), "+OK");
      const filter = `{"regexp":"*${name}*","jobtype":"${name}"}`;
      assert.is(
        await wire.call(`MUTATE {"cmd":"requeue","target":"retries","filter":${filter}}`),
        "+OK",
      );
      assert.match(await wire.call(`FETCH ${name}`), `"errtype":"${name}"`);
      assert.is(await wire.call(`ACK {"jid":"${name}"}`), "+OK");
      const refused = `[{"jid":"${name}","jobtype":"","args":[]}]`;
      assert.is(
        await wire.call(`PUSHB ${refused}`),
        `{"${name}":"jobs must have a jobtype parameter"}`,
      );
      assert.match(await wire.call(name), "-ERR unknown command");
      assert.match(await wire.call(`HELP ${name}`), "-ERR no help");
      wire.close();
    }
    await check("nasty names");
  }),
);

test.run();
