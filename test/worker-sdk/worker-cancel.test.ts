import { suite } from "uvu";
import * as assert from "uvu/assert";
import { JobCancelled } from "../../worker-sdk/job-errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { recordingLogger } from "../kit/log.ts";
import { scriptMillrace, toldOf } from "../kit/scripted-millrace.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/worker, of jobs that are cancelled");

const JOB = { jid: "long-job", jobtype: "long", lease: 7 };
const CANCEL = { ...JOB, reason: "not needed any longer", by: "ann" };

/** Hands out one job, and says in the answer to each beat that names it that it is cancelled. */
function cancelInBeats(server: ScriptedServer): void {
  scriptMillrace(server, [JOB], (line) =>
    line.startsWith("BEAT ") && line.includes('"long-job"')
      ? bulkReply(JSON.stringify({ cancel: [CANCEL] }))
      : undefined,
  );
}

test(
  "its signal fires with who and why, and the server is told how it ended",
  withScriptedServer(async (server) => {
    cancelInBeats(server);
    const log = recordingLogger();
    const heard: unknown[] = [];
    const worker = new Worker({ url: server.url, beatIntervalMs: 10, log });
    worker.handle("long", async (_args, { signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      heard.push(signal.reason);
    });
    worker.events.on("cancelled", ({ jid }, reason) => heard.push(jid, reason));
    worker.events.on("done", () => heard.push("done"));
    await worker.start();
    await until(() => toldOf(server, "ACK").length > 0, { what: "it is acknowledged" });
    const [reason, ...told] = heard;
    assert.instance(reason, JobCancelled);
    assert.equal(told, ["long-job", reason]);
    const { message, reason: why, by } = reason as JobCancelled;
    assert.equal(
      [message, why, by],
      ["cancelled by ann: not needed any longer", "not needed any longer", "ann"],
    );
    const [line] = log.of("job.cancelled");
    assert.equal([line?.["jid"], line?.["by"]], ["long-job", "ann"]);
    assert.equal(toldOf(server, "ACK"), [{ jid: "long-job", lease: 7 }]);
    assert.equal(await worker.stop(), { jobs: [] });
  }),
);

test(
  "a handler that throws then has failed",
  withScriptedServer(async (server) => {
    cancelInBeats(server);
    const worker = new Worker({ url: server.url, beatIntervalMs: 10 });
    worker.handle("long", async (_args, { signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new Error("half of it is done");
    });
    await worker.start();
    await until(() => toldOf(server, "FAIL").length > 0, { what: "which is told" });
    const [fail] = toldOf(server, "FAIL");
    assert.equal([fail?.["message"], fail?.["lease"]], ["half of it is done", 7]);
    await worker.stop();
  }),
);

test(
  "one that runs on is renewed until it has ended, and goes back when its worker stops",
  withScriptedServer(async (server) => {
    cancelInBeats(server);
    let isTold = false;
    const worker = new Worker({ url: server.url, beatIntervalMs: 10, graceMs: 10 });
    worker.handle("long", async (_args, { signal }) => {
      signal.addEventListener("abort", () => {
        isTold = true;
      });
      await new Promise(() => {});
    });
    await worker.start();
    await until(() => isTold, { what: "it is told" });
    const renewals = () => toldOf(server, "BEAT").filter(({ jobs }) => jobs !== undefined).length;
    const before = renewals();
    await until(() => renewals() > before + 5, { what: "it is renewed for longer than its grace" });
    assert.equal(toldOf(server, "FAIL"), []);
    const { jobs } = await worker.stop({ timeoutMs: 0 });
    assert.equal(
      jobs.map(({ outcome }) => outcome),
      ["cancelled"],
    );
    assert.is(toldOf(server, "FAIL")[0]?.["interrupted"], true);
  }),
);

test(
  "a control connection tells at once, also to quiet down and to stop",
  withScriptedServer(async (server) => {
    let tell = (_notice: object) => {};
    scriptMillrace(server, [JOB], (line, connection) => {
      if (line !== "CONTROL") return undefined;
      tell = (notice) => connection.send(bulkReply(JSON.stringify(notice)));
      return "+OK";
    });
    const heard: string[] = [];
    const worker = new Worker({ url: server.url, beatIntervalMs: 60_000 });
    worker.handle("long", async (_args, { signal }) => {
      await until(() => server.lines.includes("CONTROL"), { what: "the control connection" });
      tell({ cancel: [CANCEL] });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    worker.events.on("cancelled", (_job, { by }) => heard.push(`cancelled by ${by}`));
    worker.events.on("quiet", () => heard.push("quiet"));
    worker.events.on("stopped", () => heard.push("stopped"));
    await worker.start();
    await until(() => heard.length === 1, { what: "it is cancelled" });
    tell({ state: "quiet" });
    await until(() => heard.length === 2, { what: "it is quiet" });
    tell({ state: "terminate" });
    await until(() => heard.length === 3, { what: "it has stopped" });
    assert.equal(heard, ["cancelled by ann", "quiet", "stopped"]);
  }),
);

test(
  "who wants no control connection has none, and who can't have one makes nothing of it",
  withScriptedServer(async (server) => {
    for (const control of [false, true]) {
      scriptMillrace(server, []);
      const log = recordingLogger();
      const worker = new Worker({ url: server.url, control, log });
      await worker.start();
      const isAsked = () => server.lines.includes("CONTROL");
      if (control) await until(isAsked, { what: "it asks for one" });
      else await until(() => toldOf(server, "BEAT").length > 0, { what: "it beats" });
      assert.is(isAsked(), control);
      if (control) await until(() => log.of("control.lost").length > 0, { what: "it is logged" });
      const lines = log.lines.filter(({ event }) => event === "control.lost");
      assert.ok(lines.every(({ level }) => level === "debug"));
      await worker.stop();
    }
  }),
);

test(
  "one that waits for others of its type is not begun",
  withScriptedServer(async (server) => {
    const begun: string[] = [];
    let open = () => {};
    const first = { jid: "first-one", jobtype: "long", lease: 6 };
    scriptMillrace(server, [first, JOB], (line) =>
      line.startsWith("BEAT ") && line.includes('"long-job"')
        ? bulkReply(JSON.stringify({ cancel: [CANCEL] }))
        : undefined,
    );
    const worker = new Worker({ url: server.url, beatIntervalMs: 10 });
    worker.handle(
      "long",
      (_args, { job }) => {
        begun.push(job.jid);
        return new Promise<void>((resolve) => {
          open = resolve;
        });
      },
      { concurrency: 1 },
    );
    await worker.start();
    await until(() => toldOf(server, "FAIL").length > 0, { what: "it goes back" });
    const [fail] = toldOf(server, "FAIL");
    assert.equal([fail?.["jid"], fail?.["interrupted"]], ["long-job", true]);
    open();
    await worker.stop();
    assert.equal(begun, ["first-one"]);
  }),
);

test(
  "a stop reports it as cancelled",
  withScriptedServer(async (server) => {
    let isStopping = false;
    scriptMillrace(server, [JOB], (line) =>
      line.startsWith("BEAT ") && isStopping
        ? bulkReply(JSON.stringify({ cancel: [CANCEL] }))
        : undefined,
    );
    let isBegun = false;
    const worker = new Worker({ url: server.url, beatIntervalMs: 10 });
    worker.handle("long", (_args, { signal }) => {
      isBegun = true;
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    await worker.start();
    await until(() => isBegun, { what: "it runs" });
    isStopping = true;
    assert.equal(await worker.stop(), {
      jobs: [{ jid: "long-job", type: "long", outcome: "cancelled" }],
    });
  }),
);

test.run();
