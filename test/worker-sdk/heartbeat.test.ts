import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CalledOffJob } from "../../protocol/called-off-job.ts";
import type { LeasedJob } from "../../protocol/commands/beat.ts";
import { Heartbeat, type HeartbeatEvents } from "../../worker-sdk/heartbeat.ts";
import { LeaseTable } from "../../worker-sdk/lease-table.ts";
import { SharedMoment } from "../../worker-sdk/shared-moment.ts";
import { ThreadedHeartbeat } from "../../worker-sdk/threaded-heartbeat.ts";
import { type Program, startProgram } from "../kit/program.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { temporaryDirectory } from "../kit/serve.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/heartbeat");

interface Beat {
  wid: string;
  current_state: string;
  rss_kb: number;
  jobs?: { jid: string; lease: number }[];
}

const beatsOf = ({ lines }: ScriptedServer): Beat[] =>
  lines
    .filter((line) => line.startsWith("BEAT "))
    .map((line) => JSON.parse(line.slice("BEAT ".length)) as Beat);

const SILENT: HeartbeatEvents = {
  onState() {},
  onLost() {},
  onCancel() {},
  onFailure() {},
  onControlLost() {},
};

function beatTo(
  server: ScriptedServer,
  intervalMs: number,
  events: Partial<HeartbeatEvents> = {},
  { leaseMs = 3_600_000, renewed = new SharedMoment() } = {},
) {
  return new Heartbeat(
    {
      wid: "w-1",
      intervalMs,
      leaseMs,
      renewed: renewed.memory,
      hasControl: false,
      link: {
        address: { host: "127.0.0.1", port: server.port, isTls: false, password: "" },
        hello: { wid: "w-1" },
        callTimeoutMs: 1_000,
        connectTimeoutMs: 1_000,
        backOff: { firstMs: 1, maxMs: 1 },
      },
    },
    { ...SILENT, ...events },
  );
}

test(
  "it beats at once, and again after each interval, on one connection",
  withScriptedServer(async (server) => {
    const heartbeat = beatTo(server, 5);
    await until(() => beatsOf(server).length >= 3, { what: "three beats" });
    await heartbeat.stop();
    assert.is(server.connections[0]?.hello["wid"], "w-1");
    const [beat] = beatsOf(server);
    assert.is(beat?.wid, "w-1");
    assert.is(beat?.current_state, "");
    assert.ok((beat?.rss_kb ?? 0) > 10_000);
    await until(() => server.openCount === 0, { what: "it has hung up" });
    assert.is(server.connections.length, 1);
  }),
);

test(
  "what the worker does is told at once",
  withScriptedServer(async (server) => {
    const heartbeat = beatTo(server, 60_000);
    await until(() => beatsOf(server).length === 1, { what: "the first beat" });
    heartbeat.say("quiet");
    await until(() => beatsOf(server).length === 2, { what: "the second" });
    assert.is(beatsOf(server)[1]?.current_state, "quiet");
    await heartbeat.stop();
  }),
);

test(
  "what the server wants is passed on",
  withScriptedServer(async (server) => {
    const states: string[] = [];
    const replies = ["+OK", bulkReply('{"state":"quiet"}'), bulkReply('{"state":"terminate"}')];
    server.answer = () => replies.shift() ?? "+OK";
    const heartbeat = beatTo(server, 1, { onState: (state) => states.push(state) });
    await until(() => states.length === 2, { what: "both have come" });
    assert.equal(states, ["quiet", "terminate"]);
    await heartbeat.stop();
  }),
);

test(
  "a server that does not know the worker gets a HELLO with its name, and the beat again",
  withScriptedServer(async (server) => {
    server.answer = () =>
      server.connections.length === 1 ? "-ERR unknown worker w-1: say HELLO again" : "+OK";
    const failures: Error[] = [];
    const heartbeat = beatTo(server, 60_000, { onFailure: (error) => failures.push(error) });
    await until(() => beatsOf(server).length === 2, { what: "it beats again" });
    assert.equal(
      server.connections.map(({ hello }) => hello["wid"]),
      ["w-1", "w-1"],
    );
    await heartbeat.stop();
    assert.equal(failures, []);
  }),
);

test(
  "a beat that does not arrive is told of, and the next one comes in its time",
  withScriptedServer(async (server) => {
    server.answer = () => "-ERR Redis is away";
    const failures: string[] = [];
    const heartbeat = beatTo(server, 1, { onFailure: ({ message }) => failures.push(message) });
    await until(() => failures.length > 0, { what: "the failure" });
    server.answer = () => "+OK";
    const count = beatsOf(server).length;
    await until(() => beatsOf(server).length > count + 1, { what: "it goes on" });
    assert.is(failures[0], "Redis is away");
    await heartbeat.stop();
  }),
);

test(
  "options that can't be sent to a thread are no reason not to beat",
  withScriptedServer(async (server) => {
    const link = {
      address: { host: "127.0.0.1", port: server.port, isTls: false, password: "" },
      hello: { wid: "w-1", unclonable: () => {} },
      callTimeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      backOff: { firstMs: 1, maxMs: 1 },
    };
    const renewed = new SharedMoment().memory;
    const options = {
      wid: "w-1",
      intervalMs: 5,
      leaseMs: 30_000,
      hasControl: false,
      renewed,
      link,
    };
    const heartbeat = new ThreadedHeartbeat(options, SILENT);
    await heartbeat.ready;
    const table = new LeaseTable();
    table.add({ jid: "a", token: 1 });
    heartbeat.renew(table.memory);
    await until(() => beatsOf(server).length >= 2, { what: "it beats" });
    heartbeat.say("quiet");
    await until(() => beatsOf(server).at(-1)?.current_state === "quiet", { what: "it is told" });
    assert.equal(beatsOf(server).at(-1)?.jobs, [{ jid: "a", lease: 1 }]);
    await heartbeat.stop();
  }),
);

const SDK = new URL("../../worker-sdk/worker.ts", import.meta.url).href;

/** A worker in a process of its own, whose jobs keep JavaScript busy for so many milliseconds. */
function busyWorker(loader: string, url: string): Program {
  const file = join(temporaryDirectory(), "busy.mjs");
  writeFileSync(
    file,
    `import { Worker } from ${JSON.stringify(SDK)};
    const worker = new Worker({ url: ${JSON.stringify(url)}, beatIntervalMs: 50, wid: "busy-1" });
    worker.handle("busy", ([ms]) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    });
    await worker.run();`,
  );
  return startProgram(["--import", loader, file]);
}

const JOB = bulkReply('[{"jid":"busybusy","jobtype":"busy","args":[2000]}]');

test(
  "it goes on while a handler keeps JavaScript busy for seconds",
  withScriptedServer(async (server) => {
    let isGiven = false;
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      if (isGiven) return "$-1";
      isGiven = true;
      return JOB;
    };
    const { child, ended } = busyWorker("./bin/from-source.mjs", server.url);
    await until(() => isGiven, { what: "the job is given", withinMs: 15_000 });
    const before = beatsOf(server).length;
    await until(() => server.lines.some((line) => line.startsWith("ACK ")), {
      what: "the job is done",
      withinMs: 15_000,
    });
    const during = beatsOf(server).length - before;
    assert.ok(during >= 10, `${during} beats while the handler was busy`);
    child.kill("SIGTERM");
    assert.is(await ended, 0);
  }),
);

test(
  "it renews the lease of a job that keeps JavaScript busy from the start, however many came before",
  withScriptedServer(async (server) => {
    const SHORT_JOBS = 100;
    let given = 0;
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      if (given > SHORT_JOBS) return "$-1";
      given++;
      if (given > SHORT_JOBS)
        return bulkReply('[{"jid":"busybusy","jobtype":"busy","args":[1000],"lease":5000}]');
      return bulkReply(`[{"jid":"short-${given}","jobtype":"busy","args":[0],"lease":${given}}]`);
    };
    const { child, ended } = busyWorker("./bin/from-source.mjs", server.url);
    const isRenewed = () =>
      beatsOf(server).some(({ jobs }) => jobs?.some(({ jid }) => jid === "busybusy"));
    const isDone = () => server.lines.includes('ACK {"jid":"busybusy","lease":5000}');
    await until(isRenewed, { what: "it is renewed", withinMs: 15_000 });
    assert.is(isDone(), false);
    await until(isDone, { what: "it is done", withinMs: 5_000 });
    await until(() => beatsOf(server).at(-1)?.jobs === undefined, { what: "nothing is left" });
    child.kill("SIGTERM");
    assert.is(await ended, 0);
  }),
);

test(
  "where no thread can be had it beats all the same",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line.startsWith("FETCHB ") ? "$-1" : "+OK");
    // tsx alone does not reach into threads, so that the thread's file can't be read there.
    const { child, ended } = busyWorker("tsx", server.url);
    await until(() => beatsOf(server).length >= 3, { what: "it beats", withinMs: 15_000 });
    child.kill("SIGTERM");
    assert.is(await ended, 0);
    assert.is(beatsOf(server).at(-1)?.current_state, "terminate");
  }),
);

test(
  "it renews the leases that are held, and no others",
  withScriptedServer(async (server) => {
    const [one, other] = [new LeaseTable(), new LeaseTable()];
    const heartbeat = beatTo(server, 5);
    heartbeat.renew(one.memory);
    heartbeat.renew(other.memory);
    const place = one.add({ jid: "a", token: 1 }) ?? 0;
    other.add({ jid: "b", token: 2 });
    const last = () => JSON.stringify(beatsOf(server).at(-1)?.jobs);
    await until(() => last() === '[{"jid":"a","lease":1},{"jid":"b","lease":2}]', {
      what: "both are renewed",
    });
    one.delete(place);
    await until(() => last() === '[{"jid":"b","lease":2}]', { what: "one is left" });
    await heartbeat.stop();
  }),
);

test(
  "more leases than a beat may name are renewed by several",
  withScriptedServer(async (server) => {
    const lost: LeasedJob[] = [];
    server.answer = () =>
      beatsOf(server).at(-1)?.jobs?.length === 1 ? bulkReply('{"lost":["job-10000"]}') : "+OK";
    const heartbeat = beatTo(server, 60_000, { onLost: (leases) => lost.push(...leases) });
    const tables = Array.from({ length: 40 }, () => new LeaseTable());
    for (let token = 0; token <= 10_000; token++) {
      const lease = { jid: `job-${token}`, token };
      if (!tables.some((table) => table.add(lease) !== undefined)) throw new Error("no place");
    }
    for (const table of tables) heartbeat.renew(table.memory);
    heartbeat.say("running");
    await until(() => lost.length > 0, { what: "the second beat is answered" });
    assert.equal(
      beatsOf(server).map(({ jobs }) => jobs?.length),
      [undefined, 10_000, 1],
    );
    assert.equal(lost, [{ jid: "job-10000", token: 10_000 }]);
    await heartbeat.stop();
  }),
);

test(
  "three times in a lease it beats, however long the interval",
  withScriptedServer(async (server) => {
    const heartbeat = beatTo(server, 60_000, {}, { leaseMs: 30 });
    await until(() => beatsOf(server).length >= 3, { what: "three beats" });
    await heartbeat.stop();
  }),
);

test(
  "what is lost is passed on, with the lease that was",
  withScriptedServer(async (server) => {
    const lost: LeasedJob[] = [];
    const replies = ["+OK", bulkReply('{"state":"quiet","lost":["b"]}')];
    server.answer = () => replies.shift() ?? "+OK";
    const table = new LeaseTable();
    table.add({ jid: "a", token: 1 });
    table.add({ jid: "b", token: 2 });
    const heartbeat = beatTo(server, 60_000, { onLost: (leases) => lost.push(...leases) });
    heartbeat.renew(table.memory);
    heartbeat.say("running");
    await until(() => lost.length > 0, { what: "it is told" });
    assert.equal(lost, [{ jid: "b", token: 2 }]);
    await heartbeat.stop();
  }),
);

test(
  "what is cancelled is passed on, with who and why",
  withScriptedServer(async (server) => {
    const told: CalledOffJob[] = [];
    const cancel = [
      { jid: "a", lease: 1, reason: "too late", by: "ann" },
      { jid: "b", lease: 2 },
      5,
    ];
    server.answer = () => bulkReply(JSON.stringify({ cancel }));
    const heartbeat = beatTo(server, 60_000, { onCancel: (jobs) => told.push(...jobs) });
    await until(() => told.length > 0, { what: "it is told" });
    assert.equal(told, [
      { jid: "a", token: 1, reason: "too late", by: "ann" },
      { jid: "b", token: 2 },
    ]);
    await heartbeat.stop();
  }),
);

test(
  "it beats as often as it is told to",
  withScriptedServer(async (server) => {
    const heartbeat = beatTo(server, 60_000);
    await until(() => beatsOf(server).length === 1, { what: "the first beat" });
    heartbeat.pace(5);
    heartbeat.say("running");
    await until(() => beatsOf(server).length >= 4, { what: "more of them" });
    await heartbeat.stop();
  }),
);

test(
  "it notes when it sent what arrived, and nothing of what did not",
  withScriptedServer(async (server) => {
    const renewed = new SharedMoment();
    const failures: Error[] = [];
    server.answer = () => (failures.length < 3 ? "-ERR away" : "+OK");
    const onFailure = (error: Error) => failures.push(error);
    const heartbeat = beatTo(server, 20, { onFailure }, { renewed });
    await until(() => failures.length === 3, { what: "three beats have failed" });
    const beforeMs = renewed.agoMs;
    await until(() => renewed.agoMs < beforeMs, { what: "one has arrived" });
    assert.ok(beforeMs >= 40, `${beforeMs} ms without one`);
    await heartbeat.stop();
  }),
);

test(
  "a connection that falls silent does not cost the leases",
  withScriptedServer(async (server) => {
    const arrivedAt: number[] = [];
    server.answer = (line, connection) => {
      if (!line.startsWith("BEAT ")) return "+OK";
      // Whatever is in between has forgotten the connection, and tells nobody.
      if (connection === server.connections[0] && arrivedAt.length > 0) return undefined;
      arrivedAt.push(performance.now());
      return "+OK";
    };
    const leaseMs = 3_000;
    const heartbeat = beatTo(server, 3_600_000, {}, { leaseMs });
    await until(() => arrivedAt.length >= 2, { what: "a beat has arrived again" });
    await heartbeat.stop();
    const [first = Number.NaN, second = Number.NaN] = arrivedAt;
    // It is sent after a third of the lease, and given up after a sixth more.
    assert.ok(second - first < leaseMs * 0.9, `${second - first} ms`);
  }),
);

test.run();
