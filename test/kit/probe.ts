// The other half of healthy-client.ts, in a process of its own: what the test itself is busy with
// must not show in the times. Pushes, fetches and acknowledges one job after another.

import { hashPassword, parseHi } from "../../protocol/handshake.ts";
import { Wire } from "./wire.ts";

/** Between two jobs, so that the probe is no load of its own. */
const PAUSE_MS = 5;

const [port, password = ""] = process.argv.slice(2);
const queue = `healthy-${String(process.pid)}`;
const wire = await connect();
let times: number[] = [];
let trouble: string | undefined;
/** When the command that is under way was sent. */
let sentAt = performance.now();
const stop = new AbortController();
let count = 0;

process.on("message", () => {
  process.send?.({ times: [...times, performance.now() - sentAt], trouble });
  times = [];
});
process.on("disconnect", () => {
  stop.abort();
  wire.close();
});
process.send?.("ready");

while (!stop.signal.aborted && trouble === undefined) {
  const jid = `${queue}-${String(++count)}`;
  await expect(`PUSH {"jid":"${jid}","jobtype":"T","args":[],"queue":"${queue}"}`, "+OK");
  await expect(`FETCH ${queue}`, jid);
  await expect(`ACK {"jid":"${jid}"}`, "+OK");
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

async function expect(line: string, part: string): Promise<void> {
  if (stop.signal.aborted || trouble !== undefined) return;
  sentAt = performance.now();
  const reply = await wire.call(line);
  times.push(performance.now() - sentAt);
  if (!reply.includes(part) && !stop.signal.aborted) trouble = `${line} was answered with ${reply}`;
}

async function connect(): Promise<Wire> {
  const opened = await Wire.open(Number(port));
  const { challenge } = parseHi(opened.greeting.slice(1));
  const pwdhash = challenge === undefined ? "" : hashPassword(password, challenge);
  const reply = await opened.call(`HELLO ${JSON.stringify({ v: 2, pwdhash })}`);
  if (reply !== "+OK") throw new Error(`HELLO was answered with ${reply}`);
  return opened;
}
