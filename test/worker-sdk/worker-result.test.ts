import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotSupported } from "../../worker-sdk/errors.ts";
import type { JobContext } from "../../worker-sdk/job-context.ts";
import { Discard } from "../../worker-sdk/job-errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { scriptMillrace, toldOf } from "../kit/scripted-millrace.ts";
import { type Answer, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/worker, of a job's result");

const PLAIN_JOB = { jid: "some-job", jobtype: "any" };
const JOB = { ...PLAIN_JOB, lease: 7 };

/** Runs one job; returns what the server was told at its end. */
async function run(
  server: ScriptedServer,
  handler: (context: JobContext) => unknown,
  { job = JOB, answer }: { job?: typeof PLAIN_JOB; answer?: Answer } = {},
): Promise<string> {
  scriptMillrace(server, [job], answer);
  const worker = new Worker({ url: server.url, control: false });
  worker.handle("any", (_args, context) => handler(context));
  await worker.start();
  await until(() => toldOf(server, "FAIL").length + toldOf(server, "ACK").length > 0, {
    what: "it has ended",
  });
  await worker.stop();
  return server.lines.findLast((line) => /^(?:ACK|FAIL) /.test(line)) ?? "";
}

test(
  "what a handler wants to be kept goes with the acknowledgement, the last word of it",
  withScriptedServer(async (server) => {
    const line = await run(server, ({ result }) => {
      result("nothing yet");
      result({ rows: 7, id: 12345678901234567890n }, { keepForSeconds: 60 });
      return "and this is not";
    });
    assert.is(
      line,
      'ACK {"jid":"some-job","lease":7,"keep_for":60,"result":{"rows":7,"id":12345678901234567890}}',
    );
  }),
);

test(
  "what can't be kept fails the job, and is not sent",
  withScriptedServer(async (server) => {
    const line = await run(server, ({ result }) => result("x".repeat(70_000)));
    assert.match(
      line,
      /^FAIL .*"errtype":"RangeError","message":"a result has at most 65536 bytes/,
    );
  }),
);

test(
  "a job that was not done has none",
  withScriptedServer(async (server) => {
    const line = await run(server, ({ result }) => {
      result(1);
      throw new Discard("not needed");
    });
    assert.is(line, 'ACK {"jid":"some-job","lease":7}');
  }),
);

test(
  "a server that refuses it is told that the job has failed",
  withScriptedServer(async (server) => {
    const answer = (line: string) => (line.startsWith("ACK ") ? "-ERR invalid ACK {…" : undefined);
    await run(server, ({ result }) => result(1), { answer });
    assert.is(toldOf(server, "FAIL")[0]?.["errtype"], "ResultRefused");
    assert.is(toldOf(server, "ACK").length, 1);
  }),
);

test(
  "on a server that keeps nothing the handler is told so",
  withScriptedServer(async (server) => {
    const errors: unknown[] = [];
    const keep = ({ result }: JobContext) => {
      try {
        result(1);
      } catch (error) {
        errors.push(error);
      }
    };
    assert.is(await run(server, keep, { job: PLAIN_JOB }), 'ACK {"jid":"some-job"}');
    assert.instance(errors[0], NotSupported);
  }),
);

test.run();
