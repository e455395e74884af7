import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encodeRecord, type JobHeader } from "../../../broker/store/record.ts";
import { withConnections } from "../../kit/connection.ts";

const test = suite("commands/job-get");

const NOW = "2026-01-01T00:00:00.000Z";

test(
  "a job is described in the order of the specification, and its text is the client's",
  withConnections(async ({ connect, push, clock }) => {
    const text = '{"jid":"job-1","jobtype":"T","args":[1.0,18446744073709551615],"created_at":"x"}';
    await push("job-1", { text: Buffer.from(text), queue: "mail" });
    const { wire } = await connect({ hello: { wid: "w 1", ext: ["lease"] } });
    assert.is(
      await wire.call("JOB GET job-1"),
      '{"jid":"job-1","state":"enqueued","queue":"mail","jobtype":"T","attempt":1,"runs":0,"created_at":"x",' +
        `"enqueued_at":"${NOW}","job":${text.slice(0, -1)},"enqueued_at":"${NOW}"}}`,
    );
    clock.advance(1_000);
    await wire.call("FETCH mail");
    const lease = (clock.now() * 256 + 1).toFixed();
    assert.is(
      await wire.call("JOB GET job-1"),
      '{"jid":"job-1","state":"working","queue":"mail","jobtype":"T","attempt":1,"runs":0,"created_at":"x",' +
        `"enqueued_at":"${NOW}","worker":"w 1","lease":${lease},` +
        '"lease_ends_at":"2026-01-01T00:00:31.000Z","started_at":"2026-01-01T00:00:01.000Z",' +
        `"job":${text.slice(0, -1)},"enqueued_at":"${NOW}"}}`,
    );
  }),
);

test(
  "one that is called off is told of with who, when and why",
  withConnections(async ({ connect, push }) => {
    for (const jid of ["job-1", "job-2"]) await push(jid);
    const { wire } = await connect();
    await wire.fetch("q");
    for (const jid of ["job-1", "job-2"]) {
      await wire.call(`JOB CANCEL ${jid} {"by":"ops","reason":"no need"}`);
    }
    const cancel = `"cancel":{"at":"${NOW}","reason":"no need","by":"ops"}`;
    const [working, cancelled] = [
      await wire.call("JOB GET job-1"),
      await wire.call("JOB GET job-2"),
    ];
    assert.match(working, '"state":"cancelling"');
    assert.match(working, '"lease_ends_at":');
    assert.match(cancelled, '"state":"cancelled"');
    assert.match(cancelled, `"ended_at":"${NOW}"`);
    for (const told of [working, cancelled]) assert.match(told, cancel);
  }),
);

test(
  "the run that a cancellation ended is among its runs, with who had it",
  withConnections(async ({ connect, push, clock }) => {
    await push("job-1");
    const { wire } = await connect({ hello: { wid: "w 1" } });
    await wire.fetch("q");
    await wire.call('FAIL {"jid":"job-1","snooze":0}');
    await wire.call("JOB RETRY job-1");
    clock.advance(1_000);
    await wire.fetch("q");
    await wire.call("JOB CANCEL job-1");
    clock.advance(1_000);
    assert.is(await wire.call('ACK {"jid":"job-1"}'), "+OK");
    const told = JSON.parse(await wire.call("JOB GET job-1")) as Record<string, unknown>;
    assert.equal([told["state"], told["runs"]], ["cancelled", 2]);
    assert.equal(told["attempts"], [
      { attempt: 1, started_at: NOW, ended_at: NOW, wid: "w 1", outcome: "snoozed" },
      {
        attempt: 1,
        started_at: "2026-01-01T00:00:01.000Z",
        ended_at: "2026-01-01T00:00:02.000Z",
        wid: "w 1",
        outcome: "cancelled",
      },
    ]);
  }),
);

test(
  "a long job is told of as any other",
  withConnections(async ({ connect }) => {
    const { wire } = await connect();
    const args = ["x".repeat(300_000)];
    await wire.push({ jid: "long-job-1", args, custom: { tags: ["long"] } });
    const told = JSON.parse(await wire.call("JOB GET long-job-1")) as Record<string, unknown>;
    assert.equal([told["jobtype"], told["tags"]], ["T", ["long"]]);
    assert.equal((told["job"] as { args: unknown }).args, args);
  }),
);

test(
  "one that can't be read here is told of, and stays where it is",
  withConnections(async ({ connect, push, redis, keys, state }) => {
    for (const jid of ["job-1", "job-2"]) await push(jid);
    const foreign = { v: 9, name: "q" } as unknown as JobHeader;
    await redis.hset(keys.jobs, "job-1", encodeRecord(foreign, Buffer.from("{}")));
    await redis.hset(keys.jobs, "job-2", Buffer.from([0xc1]));
    const before = await state();
    const { wire } = await connect();
    assert.equal(
      [await wire.call("JOB GET job-1"), await wire.call("JOB GET job-2")],
      [
        "-ERR job job-1 was stored in format 9, which this broker does not know",
        "-ERR job job-2 is damaged: its record can't be read",
      ],
    );
    assert.equal(await state(), before);
  }),
);

test(
  "many are looked up at once, and answered in their order",
  withConnections(async ({ connect, push }) => {
    const jids = Array.from({ length: 200 }, (_, index) => `job-${index}`);
    for (const jid of jids) await push(jid);
    const { wire } = await connect();
    for (const jid of jids) wire.send(`JOB GET ${jid}`);
    for (const jid of jids) assert.match(await wire.read(), `{"jid":"${jid}","state":"enqueued"`);
  }),
);

test.run();
