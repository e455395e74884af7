import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotSupported } from "../../worker-sdk/errors.ts";
import type { Handler, HandlerOptions } from "../../worker-sdk/handler.ts";
import type { AnyJobs } from "../../worker-sdk/job-map.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { failureOf } from "../kit/failure-of.ts";
import { recordingLogger } from "../kit/log.ts";
import { type ScriptedJob, scriptMillrace, toldOf } from "../kit/scripted-millrace.ts";
import { type Answer, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/worker, of a job's progress");

const PLAIN_JOB = { jid: "long-job", jobtype: "long" };
const JOB = { ...PLAIN_JOB, lease: 7 };

interface Run {
  job?: ScriptedJob;
  options?: HandlerOptions;
  answer?: Answer;
}

/** Runs one job to its end, and returns the verbs and arguments of what the server was told of it. */
async function run(
  server: ScriptedServer,
  handler: Handler<readonly unknown[], AnyJobs>,
  { job = JOB, options, answer }: Run = {},
) {
  scriptMillrace(server, [job], answer);
  const log = recordingLogger();
  const worker = new Worker({ url: server.url, control: false, log });
  worker.handle("long", handler, options);
  await worker.start();
  await until(() => toldOf(server, "ACK").length > 0, { what: "it is done" });
  await worker.stop();
  const told = server.lines.filter((line) => /^(?:TRACK|ACK) /.test(line));
  return { told, log };
}

test(
  "it is told, and the last word goes ahead of the job's end",
  withScriptedServer(async (server) => {
    const { told } = await run(server, async (_args, { progress }) => {
      await progress(50, "half", { result: { rows: 1_000 } });
      void progress(99);
      void progress(100);
    });
    assert.equal(told, [
      'TRACK SET {"jid":"long-job","percent":50,"desc":"half","lease":7,"result":{"rows":1000}}',
      'TRACK SET {"jid":"long-job","percent":100,"lease":7}',
      'ACK {"jid":"long-job","lease":7}',
    ]);
  }),
);

test(
  "what is no progress is refused before anything is sent",
  withScriptedServer(async (server) => {
    const refusals: string[] = [];
    const { told } = await run(server, async (_args, { progress }) => {
      for (const percent of [-1, 101, 33.3, Number.NaN]) {
        refusals.push((await failureOf(progress(percent))).message);
      }
      refusals.push((await failureOf(progress(1, "", { result: "x".repeat(65_536) }))).message);
    });
    assert.equal(refusals.slice(0, 3), [
      "progress is a whole number from 0 to 100, not -1",
      "progress is a whole number from 0 to 100, not 101",
      "progress is a whole number from 0 to 100, not 33.3",
    ]);
    assert.match(refusals[4] ?? "", "a result has at most 65536 bytes");
    assert.equal(told, ['ACK {"jid":"long-job","lease":7}']);
  }),
);

test(
  "A2.3 one that is to tell of its progress is watched from the start",
  withScriptedServer(async (server) => {
    const { told } = await run(server, () => {}, {
      options: { stallAfterSeconds: 60, onStall: "retry" },
    });
    assert.equal(told, [
      'TRACK SET {"jid":"long-job","lease":7,"stall_after":60,"on_stall":"retry"}',
      'ACK {"jid":"long-job","lease":7}',
    ]);
  }),
);

test(
  "on a server without leases nobody watches, and that is logged",
  withScriptedServer(async (server) => {
    const { told, log } = await run(server, () => {}, {
      job: PLAIN_JOB,
      options: { stallAfterSeconds: 60 },
    });
    assert.equal(told, ['ACK {"jid":"long-job"}']);
    assert.is(log.of("job.stall-not-watched").length, 1);
  }),
);

test(
  "on a server without TRACK it fails with an error that says so, and the job goes on",
  withScriptedServer(async (server) => {
    const errors: Error[] = [];
    const { log } = await run(
      server,
      async (_args, { progress }) => {
        errors.push(await failureOf(progress(50, "half")));
      },
      {
        job: PLAIN_JOB,
        answer: (line) => (line.startsWith("TRACK ") ? "-ERR unknown command TRACK" : undefined),
      },
    );
    assert.instance(errors[0], NotSupported);
    assert.is(log.of("progress.failed").length, 1);
  }),
);

test.run();
