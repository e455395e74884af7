import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Worker } from "../../worker-sdk/worker.ts";
import { bulkReply, type ScriptedServer, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";

const test = suite("worker-sdk/fetching");

const job = (jid: string) => `{"jid":"${jid}","jobtype":"any","args":["${jid}"]}`;

const linesOf = ({ lines }: ScriptedServer, verb: string) =>
  lines.filter((line) => line.startsWith(`${verb} `));

test(
  "it asks for as many jobs as there are free slots, and acknowledges together what ends together",
  withScriptedServer(async (server) => {
    const given = [["job-00001", "job-00002"], ["job-00003"]];
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      const jobs = given.shift();
      return jobs === undefined ? undefined : bulkReply(`[${jobs.map(job).join()}]`);
    };
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const queues = ["a", "b"];
    const worker = new Worker({ url: server.url, concurrency: 5, queues, control: false });
    worker.handle("any", () => opened);
    await worker.start();
    await until(() => linesOf(server, "FETCHB").length === 3, { what: "three fetches" });
    await until(() => linesOf(server, "BEAT").length > 0, { what: "a beat" });
    assert.equal(linesOf(server, "FETCHB"), ["FETCHB 5 a b", "FETCHB 3 a b", "FETCHB 2 a b"]);
    const packets = server.packets;
    open();
    await until(() => linesOf(server, "ACK").length === 3, { what: "all are acknowledged" });
    assert.is(server.packets, packets + 1);
    await worker.stop();
  }),
);

test(
  "a full worker asks for nothing until a job ends",
  withScriptedServer(async (server) => {
    let count = 0;
    server.answer = (line) =>
      line.startsWith("FETCHB ") ? bulkReply(`[${job(`job-0000${++count}`)}]`) : "+OK";
    const ends: (() => void)[] = [];
    const worker = new Worker({ url: server.url, concurrency: 2 });
    worker.handle("any", () => new Promise<void>((resolve) => ends.push(resolve)));
    await worker.start();
    await until(() => ends.length === 2, { what: "two run" });
    await new Promise(setImmediate);
    assert.is(linesOf(server, "FETCHB").length, 2);
    ends[0]?.();
    await until(() => ends.length === 3, { what: "a third runs" });
    assert.is(linesOf(server, "FETCHB").at(-1), "FETCHB 1 default");
    await worker.stop({ timeoutMs: 0 });
  }),
);

test(
  "on a classic server it uses FETCH from then on, one for each free slot",
  withScriptedServer(async (server) => {
    const given = ["job-00001", "job-00002", "job-00003", "job-00004", "job-00005"];
    server.answer = (line, connection) => {
      if (line.startsWith("FETCHB ")) return "-ERR Unknown command FETCHB";
      if (line === "CONTROL") return "-ERR unknown command CONTROL";
      if (!line.startsWith("FETCH ")) return "+OK";
      const jid = given.shift();
      if (jid !== undefined) return bulkReply(job(jid));
      setTimeout(() => connection.send("$-1"), 20);
      return undefined;
    };
    const seen: unknown[] = [];
    const worker = new Worker({ url: server.url, concurrency: 3 });
    worker.handle("any", ([jid]) => seen.push(jid));
    await worker.start();
    await until(() => linesOf(server, "ACK").length === 5, { what: "all are done" });
    assert.is(new Set(seen).size, 5);
    assert.is(linesOf(server, "FETCHB").length, 1);
    await until(() => server.connections.length === 6 && server.openCount === 5, {
      what: "three fetch, one beats, one tells of results; and there is no control connection",
    });
    assert.ok(server.connections.every(({ hello }) => hello["wid"] === worker.wid));
    await worker.stop();
  }),
);

test(
  "a job that a classic server gives at the very end is still run",
  withScriptedServer(async (server) => {
    let give = () => {};
    server.answer = (line, connection) => {
      if (line.startsWith("FETCHB ")) return "-ERR unknown command FETCHB";
      if (!line.startsWith("FETCH ")) return "+OK";
      give = () => connection.send(bulkReply(job("job-00001")));
      return undefined;
    };
    const worker = new Worker({ url: server.url, concurrency: 1 }).handle("any", () => {});
    await worker.start();
    await until(() => linesOf(server, "FETCH").length === 1, { what: "it waits for a job" });
    const stopped = worker.stop();
    give();
    assert.equal((await stopped).jobs, [{ jid: "job-00001", type: "any", outcome: "done" }]);
  }),
);

test(
  "a server that can't give jobs just now is asked again",
  withScriptedServer(async (server) => {
    const replies = ["-ERR Redis is away", bulkReply(`[${job("job-00001")}]`)];
    server.answer = (line) => (line.startsWith("FETCHB ") ? replies.shift() : "+OK");
    const worker = new Worker({ url: server.url }).handle("any", () => {});
    await worker.start();
    await until(() => linesOf(server, "ACK").length === 1, { what: "it is done" });
    await worker.stop();
  }),
);

test(
  "what is no job is passed over, and keeps no slot",
  withScriptedServer(async (server) => {
    const replies = ["[{},5]", `[${job("job-00001")}]`];
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ")) return "+OK";
      const reply = replies.shift();
      return reply === undefined ? undefined : bulkReply(reply);
    };
    const events: string[] = [];
    const note = ({ event }: { event: string }) => events.push(event);
    const log = { debug: note, info: note, warn: note, error: note };
    const worker = new Worker({ url: server.url, concurrency: 2, log }).handle("any", () => {});
    await worker.start();
    await until(() => linesOf(server, "FETCHB").length === 3, { what: "it goes on" });
    assert.equal(linesOf(server, "FETCHB").at(-1), "FETCHB 2 default");
    assert.is(events.filter((event) => event === "job.unreadable").length, 2);
    await worker.stop();
  }),
);

test.run();
