import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readJob } from "../../worker-sdk/job.ts";
import { Link } from "../../worker-sdk/link.ts";
import { silentLogger } from "../../worker-sdk/logger.ts";
import { outcomeOf } from "../../worker-sdk/outcome.ts";
import { Reports } from "../../worker-sdk/reports.ts";
import { type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/reports");

const job = readJob({ jid: "a1b2c3d4", jobtype: "T", args: [] });
const failed = outcomeOf(new Error("oh"));

function reportsTo(server: ScriptedServer): { reports: Reports; link: Link } {
  const link = new Link({
    address: { host: "127.0.0.1", port: server.port, isTls: false, password: "" },
    callTimeoutMs: 1_000,
    connectTimeoutMs: 1_000,
    backOff: { firstMs: 1, maxMs: 1 },
    random: Math.random,
  });
  return { link, reports: new Reports(link, silentLogger) };
}

test(
  "a server that can't take a report is told again",
  withScriptedServer(async (server) => {
    const replies = ["-ERR Redis is away", "+OK"];
    server.answer = () => replies.shift();
    const { reports, link } = reportsTo(server);
    const reported = reports.report(job, { kind: "done" });
    assert.is(reports.count, 1);
    assert.is(await reported, true);
    assert.is(server.lines.length, 2);
    await link.close();
  }),
);

test(
  "a failure that the server refuses is told once more, in plain words",
  withScriptedServer(async (server) => {
    const refusals = [
      "-ERR invalid FAIL {}",
      "+OK",
      "-ERR invalid FAIL {}",
      "-ERR invalid FAIL {}",
    ];
    server.answer = () => refusals.shift();
    const { reports, link } = reportsTo(server);
    assert.is(await reports.report(job, failed), true);
    assert.match(
      server.lines[1] ?? "",
      /"errtype":"Error","message":"the server refused .*,"backtrace":\[\]/,
    );
    assert.is(await reports.report(job, failed), false);
    assert.is(server.lines.length, 4);
    await link.close();
  }),
);

test(
  "one that knows nothing of the job any longer knows enough",
  withScriptedServer(async (server) => {
    server.answer = () => "-ERR Job not found a1b2c3d4";
    const { reports, link } = reportsTo(server);
    assert.is(await reports.report(job, failed), true);
    assert.is(server.lines.length, 1);
    await link.close();
  }),
);

test(
  "what has expired is not told at all",
  withScriptedServer(async (server) => {
    const { reports, link } = reportsTo(server);
    assert.is(await reports.report(job, { kind: "expired" }), true);
    assert.equal(server.lines, []);
    await link.close();
  }),
);

test(
  "at the end what is under way is waited for, but not for ever",
  withScriptedServer(async (server) => {
    server.answer = () => undefined;
    const { reports } = reportsTo(server);
    const reported = [reports.report(job, { kind: "done" }), reports.report(job, failed)];
    await until(() => server.lines.length === 2, { what: "both have arrived" });
    server.connections[0]?.send("+OK");
    await reports.settle(50);
    assert.equal(await Promise.all(reported), [true, false]);
    assert.is(reports.count, 0);
  }),
);

test(
  "one whose lease is somebody else's is told once",
  withScriptedServer(async (server) => {
    server.answer = () =>
      "-STALE job a1b2c3d4 is being worked on by w under lease 8, and lease 7 does not hold it";
    const { reports, link } = reportsTo(server);
    assert.is(await reports.report({ ...job, lease: 7 }, { kind: "done" }), true);
    assert.equal(server.lines, ['ACK {"jid":"a1b2c3d4","lease":7}']);
    await link.close();
  }),
);

test.run();
