import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Client } from "../../worker-sdk/client.ts";
import { Cancelled, NotSupported, ServerError } from "../../worker-sdk/errors.ts";
import type { JobFilter } from "../../worker-sdk/job-administration.ts";
import { failureOf } from "../kit/failure-of.ts";
import { bulkReply, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/job-administration");

test.after(stopSharedBroker);

test(
  "a job is looked up while it waits, while it runs, and when it has failed",
  withWorkers(async ({ broker, client, queue }) => {
    const jid = await client.push("count", [12345678901234567890n], {
      queue,
      delayMs: 3_600_000,
      custom: { tags: ["tenant-1", "nightly"] },
    });
    const waiting = await client.jobs.find(jid);
    assert.is(waiting?.state, "scheduled");
    assert.equal(waiting?.tags, ["tenant-1", "nightly"]);
    assert.equal(waiting?.job.args, [12345678901234567890n]);
    assert.equal([waiting?.attempt, waiting?.runs, waiting?.attempts], [1, 0, []]);
    assert.is(waiting?.at?.getTime(), waiting?.job.at?.getTime());
    await client.jobs.requeue("scheduled", { jids: [jid] });
    const wire = await Wire.hello(broker.port, { wid: "w-1", ext: ["lease"] });
    const { lease } = JSON.parse(await wire.call(`FETCH ${queue}`)) as { lease: number };
    const running = await client.jobs.find(jid);
    assert.equal([running?.state, running?.worker, running?.lease], ["working", "w-1", lease]);
    assert.ok((running?.leaseEndsAt?.getTime() ?? 0) > (running?.startedAt?.getTime() ?? 0));
    await wire.call(`FAIL {"jid":"${jid}","errtype":"TypeError","message":"no"}`);
    const failed = await client.jobs.find(jid);
    assert.equal([failed?.state, failed?.attempt, failed?.runs], ["retries", 2, 1]);
    assert.equal([failed?.failure?.errtype, failed?.failure?.retryCount], ["TypeError", 0]);
    const [attempt] = failed?.attempts ?? [];
    const { startedAt, endedAt, ...rest } = { ...attempt };
    assert.ok((endedAt?.getTime() ?? 0) >= (startedAt?.getTime() ?? Number.NaN));
    assert.equal(rest, {
      attempt: 1,
      worker: "w-1",
      outcome: "failed",
      errtype: "TypeError",
      message: "no",
    });
    wire.close();
  }),
);

test(
  "of a job that is not there nothing is found",
  withWorkers(async ({ client }) => {
    assert.is(await client.jobs.find("nobody's job"), undefined);
  }),
);

test(
  "a job that waits is cancelled, once, and does not come back",
  withWorkers(async ({ client, queue }) => {
    const jid = await client.push("any", [], { queue });
    const { at, ...first } = await client.jobs.cancel(jid, { reason: "too late", by: "ann" });
    assert.equal(first, { state: "cancelled", reason: "too late", by: "ann" });
    assert.equal(await client.jobs.cancel(jid, { by: "bob" }), { ...first, at });
    const record = await client.jobs.find(jid);
    assert.is(record?.state, "cancelled");
    assert.equal(record?.cancel, { at, reason: "too late", by: "ann" });
    assert.ok((record?.endedAt?.getTime() ?? 0) >= (at?.getTime() ?? Number.NaN));
    assert.instance(await failureOf(client.push("any", [], { queue, jid })), Cancelled);
    const refusal = await failureOf(client.jobs.cancel("nobody's job"));
    assert.instance(refusal, ServerError);
    assert.is(refusal.message, "Job not found nobody's job");
  }),
);

test(
  "one that runs is cancelled when it has ended",
  withWorkers(async ({ client, worker, queue }) => {
    const reasons: string[] = [];
    const working = worker({ beatIntervalMs: 50 });
    working.handle("long", (_args, { signal }) => {
      return new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    working.events.on("cancelled", (_job, { message }) => reasons.push(message));
    await working.start();
    const jid = await client.push("long", [], { queue });
    await until(async () => (await client.jobs.find(jid))?.state === "working", {
      what: "it runs",
    });
    const { state } = await client.jobs.cancel(jid, { by: "ann" });
    assert.is(state, "cancelling");
    await until(async () => (await client.jobs.find(jid))?.state === "cancelled", {
      what: "it is cancelled",
    });
    assert.equal(reasons, ["cancelled by ann"]);
  }),
);

test(
  "all jobs that fit are listed, however many pages they take",
  withWorkers(async ({ client, queue }) => {
    const jobs = Array.from({ length: 250 }, (_, index) => ({
      type: index % 2 === 0 ? "even" : "odd",
      args: [],
      queue,
      jid: `listed-${String(index).padStart(3, "0")}`,
      custom: { tags: [`tens-${Math.floor(index / 10)}`] },
    }));
    await client.pushBulk(jobs);
    await client.push("even", [], { queue, jid: "one-for-later", delayMs: 60_000 });
    const jidsOf = async (filter: JobFilter) => {
      const jids: string[] = [];
      for await (const { jid } of client.jobs.list(filter)) jids.push(jid);
      return jids;
    };
    assert.equal(
      await jidsOf({ queue, state: "enqueued" }),
      jobs.map(({ jid }) => jid),
    );
    assert.is((await jidsOf({ type: "even" })).length, 126);
    assert.equal(await jidsOf({ state: "scheduled" }), ["one-for-later"]);
    assert.equal(await jidsOf({ tag: "tens-7", type: "odd" }), [
      "listed-071",
      "listed-073",
      "listed-075",
      "listed-077",
      "listed-079",
    ]);
    const { value: first } = await client.jobs.list({ type: "odd" }).next();
    if (first === undefined) throw new Error("there is none");
    const { enqueuedAt, ...rest } = first;
    assert.ok(enqueuedAt instanceof Date);
    assert.equal(rest, {
      jid: "listed-001",
      state: "enqueued",
      queue,
      type: "odd",
      tags: ["tens-0"],
      attempt: 1,
      at: undefined,
      unreadable: undefined,
    });
  }),
);

test(
  "who has seen enough of a list need not see the rest",
  withScriptedServer(async (server) => {
    server.answer = () => bulkReply('{"jobs":[{"jid":"a"},{"jid":"b"}],"cursor":"more"}');
    const client = new Client({ url: server.url });
    for await (const { jid } of client.jobs.list({ tag: "t" })) if (jid === "b") break;
    assert.equal(server.lines, ['JOB LIST {"tag":"t"}']);
    await client.close();
  }),
);

test(
  "a job is retried and deleted, where that can be",
  withWorkers(async ({ client, queue }) => {
    const jid = await client.push("any", [], { queue, delayMs: 60_000 });
    await client.jobs.retry(jid);
    assert.is((await client.jobs.find(jid))?.state, "enqueued");
    await client.jobs.delete(jid);
    assert.is(await client.jobs.find(jid), undefined);
    assert.match(String(await failureOf(client.jobs.delete(jid))), "Job not found");
    assert.match(String(await failureOf(client.jobs.retry(jid))), "Job not found");
  }),
);

test(
  "how long jobs take is told by their type",
  withWorkers(async ({ client, worker, queue }) => {
    const working = worker().handle("brief", () => {});
    await working.start();
    await client.pushBulk(Array.from({ length: 30 }, () => ({ type: "brief", args: [], queue })));
    await until(async () => (await client.jobs.figures("brief")).count === 30, {
      what: "all are measured",
    });
    const { failed, waitMs, runMs, ...suggested } = await client.jobs.figures("brief");
    assert.is(failed, 0);
    assert.ok((waitMs?.p50 ?? 0) >= 1 && (runMs?.p99 ?? 0) >= (runMs?.p50 ?? Number.NaN));
    assert.ok((suggested.suggestedLeaseSeconds ?? 0) >= 15);
    assert.ok((suggested.suggestedReserveForSeconds ?? 0) >= 60);
    assert.ok((await client.jobs.types()).includes("brief"));
    const nothing = await client.jobs.figures("never run");
    assert.equal([nothing.count, nothing.runMs], [0, undefined]);
  }),
);

test(
  "how far a job is can be asked",
  withScriptedServer(async (server) => {
    const answers = [
      '{"jid":"a","percent":50,"desc":"half","state":"working","updated_at":"2030-01-31T08:00:00Z","seq":7,"result":{"rows":12345678901234567890},"stalled_at":"2030-01-31T09:00:00Z"}',
      '{"jid":"a","state":"unknown","updated_at":""}',
    ];
    server.answer = () => bulkReply(answers.shift() ?? "");
    const client = new Client({ url: server.url });
    assert.equal(await client.jobs.progress("a"), {
      percent: 50,
      description: "half",
      result: { rows: 12345678901234567890n },
      sequence: 7,
      updatedAt: new Date("2030-01-31T08:00:00Z"),
      stalledAt: new Date("2030-01-31T09:00:00Z"),
    });
    assert.equal(await client.jobs.progress("a"), {
      percent: undefined,
      description: undefined,
      result: undefined,
      sequence: 0,
      updatedAt: undefined,
      stalledAt: undefined,
    });
    await client.close();
  }),
);

test(
  "a server that has nothing of the kind does not support it",
  withScriptedServer(async (server) => {
    server.answer = (line) => `-ERR unknown command ${line.split(" ")[0]}`;
    const client = new Client({ url: server.url });
    const { jobs } = client;
    for (const asked of [
      jobs.find("a"),
      jobs.cancel("a"),
      jobs.progress("a"),
      jobs.retry("a"),
      jobs.delete("a"),
      jobs.figures("a"),
      jobs.list().next(),
      client.tags.cancel("a"),
    ]) {
      const error = await failureOf(asked);
      assert.instance(error, NotSupported);
      assert.match(error.message, /^this server has no (?:JOB|TRACK)$/);
    }
    await client.close();
  }),
);

test.run();
