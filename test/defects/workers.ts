import * as assert from "uvu/assert";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import type { Defect } from "./defect.ts";

/** Faktory crashed within 0.6 s. */
const LOAD_MS = 3_000;

/** Does something over and over, until the time is up or the connection is gone. */
async function repeat(wire: Wire, line: (index: number) => string): Promise<void> {
  const endsAt = performance.now() + LOAD_MS;
  for (let index = 0; performance.now() < endsAt; index++) {
    if ((await wire.call(line(index))) === "(closed)") throw new Error("the server has gone");
  }
}

async function repeatAll(port: number, lines: ((index: number) => string)[]): Promise<void> {
  const wires = await Promise.all(lines.map(() => Wire.hello(port, { wid: "repeater" })));
  await Promise.all(
    wires.map((wire, index) => repeat(wire, lines[index] as (i: number) => string)),
  );
  assert.match(await (await Wire.hello(port)).call("INFO"), /^\{/);
}

/** What workers see of each other, and of their jobs. */
export const workerDefects: Defect[] = [
  {
    number: 4,
    title: "a quiet worker gets no job, on whichever of its connections it asks",
    run: async (port) => {
      const first = await Wire.hello(port, { wid: "two-connections" });
      const second = await Wire.hello(port, { wid: "two-connections" });
      await first.call('BEAT {"wid":"two-connections","current_state":"quiet"}');
      await first.push({ jid: "not-for-the-quiet" });
      const answers = await Promise.all([first.fetch("default"), second.fetch("default")]);
      assert.equal(answers, [undefined, undefined]);
    },
  },
  {
    number: 7,
    title: "a job is not handed to a client that hung up while its FETCH waited",
    run: async (port) => {
      const wire = await Wire.hello(port);
      const vanished = await Wire.hello(port);
      let asked = 0;
      const commands = async () => (await wire.info()).server.command_count - ++asked;
      const before = await commands();
      vanished.send("FETCH default");
      await until(async () => (await commands()) > before, { what: "the FETCH has arrived" });
      vanished.close();
      const connections = async () => (await wire.info()).server.connections;
      await until(async () => (await connections()) === 1, {
        what: "it is gone",
        withinMs: 500,
      }).catch(
        () => {}, // a Faktory does not notice
      );
      await wire.push({ jid: "for-who-is-there" });
      assert.is(await wire.fetch("default"), "for-who-is-there");
    },
  },
  {
    number: 29,
    title: "INFO, QUEUE and pushes to new queues at the same time do no harm",
    run: (port) =>
      repeatAll(port, [
        ...[1, 2, 3].map(
          (who) => (index: number) =>
            `PUSH {"jid":"job-${who}-${index}","jobtype":"T","args":[],"queue":"new-${who}-${index}"}`,
        ),
        ...[1, 2, 3].map(() => () => "INFO"),
      ]),
  },
  {
    number: 30,
    title: "pauses, heartbeats, fetches and INFO at the same time do no harm",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "in-a-queue-1", queue: "often-paused" });
      await repeatAll(port, [
        () => "QUEUE PAUSE *",
        () => "QUEUE RESUME *",
        (index) => `BEAT {"wid":"repeater","rss_kb":${index}}`,
        () => "QUEUE LATENCY often-paused",
        () => "INFO",
        () => "INFO",
      ]);
    },
  },
];
