import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CommandError } from "../../../protocol/errors.ts";
import { withEngine } from "../../kit/engine.ts";

const test = suite("engine/cancellations");

/** What becomes of it: the error as a client would see it, or nothing. */
async function refusal(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return `-${error.code} ${error.message}`;
  }
}

test(
  "a job is called off now, and who asks again is told of the first time",
  withEngine(async ({ engine, push, clock, log }) => {
    await push("job-1");
    const at = clock.now();
    const cancel = { at, reason: "late", by: "ops" };
    const called = { state: "cancelled", cancel };
    const first = await engine.cancellations.cancelJob("job-1", { reason: "late", by: "ops" });
    assert.equal(first, called);
    clock.advance(1_000);
    assert.equal(await engine.cancellations.cancelJob("job-1", { by: "somebody" }), called);
    assert.equal(log.of("job.called-off").at(0), {
      level: "info",
      event: "job.called-off",
      jid: "job-1",
      state: "cancelled",
    });
  }),
);

test(
  "what can't be called off is refused in a sentence",
  withEngine(async ({ engine, seed }) => {
    const job = { v: 1, queue: "q", text: "{}" } as const;
    await seed({ jobs: { dead: job }, dead: { dead: 1 } });
    const cancel = (jid: string) => refusal(engine.cancellations.cancelJob(jid, {}));
    assert.is(await cancel("dead"), "-ERR job dead is in dead: it will not run");
    assert.is(await cancel("nobody"), "-ERR Job not found nobody");
  }),
);

test(
  "of a job that ends although it was called off the log says so, and its worker hears nothing else",
  withEngine(async ({ engine, push, client, log, state }) => {
    const jids = ["acked", "failed", "given-back"];
    for (const jid of jids) {
      await push(jid);
      await client("w").fetch("q");
      await engine.cancellations.cancelJob(jid, {});
    }
    const failure = { errtype: "E", message: "m", backtrace: [] };
    await engine.jobs.ack("acked");
    await engine.jobs.fail("failed", failure);
    await engine.jobs.handBack("given-back");
    assert.equal(
      log.of("job.cancelled").map(({ jid }) => jid),
      jids,
    );
    const { cancelled, counters } = await state();
    assert.equal(Object.keys(cancelled).toSorted(), jids);
    assert.equal(counters, { processed: 3 });
  }),
);

test(
  "a push of what was called off is refused with who did it and why, as far as that is known",
  withEngine(async ({ engine, push, client }) => {
    const told = {
      nothing: {},
      reason: { reason: "too late" },
      by: { by: "ops" },
      both: { reason: "too late", by: "ops" },
    };
    const refusals: Record<string, string | undefined> = {};
    for (const [jid, why] of Object.entries(told)) {
      await push(jid);
      await engine.cancellations.cancelJob(jid, why);
      refusals[jid] = await refusal(push(jid));
    }
    await push("running");
    await client("w").fetch("q");
    await engine.cancellations.cancelJob("running", { by: "ops" });
    refusals["running"] = await refusal(push("running"));
    assert.equal(refusals, {
      nothing: "-CANCELLED job nothing was cancelled",
      reason: "-CANCELLED job reason was cancelled: too late",
      by: "-CANCELLED job by was cancelled by ops",
      both: "-CANCELLED job both was cancelled by ops: too late",
      running: "-CANCELLED job running is being cancelled by ops",
    });
  }),
);

test.run();
