import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WorkerStopping } from "../../worker-sdk/job-errors.ts";
import { Worker } from "../../worker-sdk/worker.ts";
import { bulkReply, withScriptedServer } from "../kit/scripted-server.ts";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import { stopSharedBroker, withWorkers } from "../kit/working.ts";

const test = suite("worker-sdk/worker, its end");

test.after(stopSharedBroker);

/** A promise that a test settles. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test(
  "a job that ends in its time is done, and no other is begun",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const { opened, open } = gate();
    let begun = 0;
    const working = worker({ concurrency: 1 }).handle("waits", () => {
      begun++;
      return opened;
    });
    await working.start();
    const jid = await client.push("waits", [], { queue });
    await client.push("waits", [], { queue });
    await until(() => begun === 1, { what: "it runs" });
    const stopped = working.stop();
    open();
    assert.equal(await stopped, { jobs: [{ jid, type: "waits", outcome: "done" }] });
    assert.is(begun, 1);
    assert.is((await client.info()).faktory.queues[queue], 1);
    assert.is((await sets()).working, 0);
  }),
);

test(
  "one that does not is told by its signal, and goes back to its queue without a failure",
  withWorkers(async ({ broker, client, worker, queue, sets }) => {
    const reasons: unknown[] = [];
    let begun = 0;
    const working = worker()
      .handle("listens", (_args, { signal }) => {
        begun++;
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason);
            reject(new Error("aborted"));
          });
        });
      })
      .handle("does not", () => {
        begun++;
        return new Promise(() => {});
      })
      .handle("ends nevertheless", (_args, { signal }) => {
        begun++;
        return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      });
    await working.start();
    const jids: string[] = [];
    for (const type of ["listens", "does not", "ends nevertheless"]) {
      jids.push(await client.push(type, [], { queue, retry: 0 }));
    }
    await until(() => begun === 3, { what: "all run" });
    const { jobs } = await working.stop({ timeoutMs: 10 });
    assert.equal(
      new Map(jobs.map(({ jid, outcome }) => [jid, outcome])),
      new Map([
        [jids[0], "handedBack"],
        [jids[2], "done"],
        [jids[1], "handedBack"],
      ]),
    );
    assert.instance(reasons[0], WorkerStopping);
    const { faktory } = await client.info();
    assert.is(faktory.total_failures, 0);
    assert.is(faktory.queues[queue], 2);
    assert.is((await sets()).working, 0);
    const wire = await Wire.hello(broker.port);
    assert.equal([await wire.fetch(queue), await wire.fetch(queue)], jids.slice(0, 2));
    wire.close();
  }),
);

test(
  "a job that waits for others of its type goes back at once",
  withWorkers(async ({ client, worker, queue }) => {
    const { opened, open } = gate();
    let begun = 0;
    const narrow = () => {
      begun++;
      return opened;
    };
    const working = worker().handle("narrow", narrow, { concurrency: 1 });
    await client.push("narrow", [], { queue });
    const second = await client.push("narrow", [], { queue });
    await working.start();
    await until(async () => (await client.info()).faktory.sets.working === 2, {
      what: "both are here",
    });
    const stopped = working.stop();
    await until(async () => (await client.info()).faktory.queues[queue] === 1, {
      what: "one is back",
    });
    open();
    const { jobs } = await stopped;
    assert.is(begun, 1);
    assert.is(jobs.find(({ jid }) => jid === second)?.outcome, "handedBack");
  }),
);

test(
  "a worker that has nothing to do stops at once, and twice is as good as once",
  withWorkers(async ({ client, worker, queue, sets }) => {
    const working = worker().handle("any", () => {});
    await working.start();
    await until(async () => (await client.info()).server.connections === 5, {
      what: "it fetches and beats, and waits for what it is told",
    });
    const startedAt = performance.now();
    const [first, second] = await Promise.all([working.stop(), working.stop()]);
    assert.ok(performance.now() - startedAt < 1_500, "it did not wait for its FETCH");
    assert.is(first, second);
    await client.push("any", [], { queue });
    assert.is((await sets()).working, 0);
    assert.is((await client.info()).server.connections, 1);
  }),
);

test(
  "workers may stop one another when they stop",
  withWorkers(async ({ worker }) => {
    const heard: string[] = [];
    const [one, other] = [worker(), worker()];
    one.events.on("stopping", () => {
      heard.push("one");
      void other.stop();
    });
    other.events.on("stopping", () => {
      heard.push("other");
      void one.stop();
    });
    await Promise.all([one.start(), other.start()]);
    await Promise.all([one.stop(), other.stop()]);
    assert.equal(heard, ["one", "other"]);
  }),
);

test(
  "a further stop may leave less time",
  withWorkers(async ({ client, worker, queue }) => {
    let begun = 0;
    const working = worker().handle("stuck", () => {
      begun++;
      return new Promise(() => {});
    });
    await working.start();
    await client.push("stuck", [], { queue });
    await until(() => begun === 1, { what: "it runs" });
    const stopped = working.stop({ timeoutMs: 60_000 });
    void working.stop({ timeoutMs: 10 });
    assert.is((await stopped).jobs[0]?.outcome, "handedBack");
  }),
);

test(
  "a quiet worker finishes what it has, fetches nothing, and still stops",
  withWorkers(async ({ client, worker, queue }) => {
    const { opened, open } = gate();
    let begun = 0;
    let isQuiet = false;
    const working = worker().handle("waits", () => {
      begun++;
      return opened;
    });
    working.events.on("quiet", () => {
      isQuiet = true;
    });
    await working.start();
    await client.push("waits", [], { queue });
    await until(() => begun === 1, { what: "it runs" });
    working.quiet();
    working.quiet();
    assert.ok(isQuiet);
    open();
    await until(async () => (await client.info()).faktory.total_processed === 1, {
      what: "it is done",
    });
    await client.push("waits", [], { queue });
    assert.is((await client.info()).faktory.queues[queue], 1);
    await working.stop();
    assert.is(begun, 1);
  }),
);

test(
  "run ends with SIGTERM or SIGINT, goes quiet with SIGTSTP, and leaves no listener",
  withWorkers(async ({ worker }) => {
    const listeners = () =>
      ["SIGTERM", "SIGINT", "SIGTSTP"].map((name) => process.listenerCount(name));
    const before = listeners();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const working = worker();
      const heard: string[] = [];
      working.events.on("quiet", () => heard.push("quiet"));
      working.events.on("stopping", () => heard.push("stopping"));
      working.events.on("stopped", () => heard.push("stopped"));
      const ended = working.run();
      await until(() => process.listenerCount(signal) > 0, { what: "it listens" });
      process.emit("SIGTSTP");
      process.emit(signal);
      assert.equal(await ended, { jobs: [] });
      assert.equal(heard, ["quiet", "stopping", "stopped"]);
      assert.equal(listeners(), before);
    }
  }),
);

test(
  "the server's word is as good as a signal's",
  withScriptedServer(async (server) => {
    const states = ["quiet", "terminate"];
    server.answer = (line) => {
      if (line.startsWith("FETCHB ")) return undefined;
      const state = line.startsWith("BEAT ") ? states.shift() : undefined;
      return state === undefined ? "+OK" : bulkReply(`{"state":"${state}"}`);
    };
    const worker = new Worker({ url: server.url, beatIntervalMs: 10 });
    const heard: string[] = [];
    worker.events.on("quiet", () => heard.push("quiet"));
    assert.equal(await worker.run(), { jobs: [] });
    assert.equal(heard, ["quiet"]);
  }),
);

test(
  "a job that arrives when the worker has been stopped goes back",
  withScriptedServer(async (server) => {
    server.answer = (line) => (line.startsWith("FETCHB ") ? undefined : "+OK");
    server.farewell = (connection) =>
      connection.send(bulkReply('[{"jid":"too-late","jobtype":"any","args":[]}]'));
    let begun = 0;
    const worker = new Worker({ url: server.url }).handle("any", () => begun++);
    await worker.start();
    await until(() => server.lines.some((line) => line.startsWith("FETCHB ")), { what: "FETCHB" });
    const { jobs } = await worker.stop();
    assert.equal(jobs, [{ jid: "too-late", type: "any", outcome: "handedBack" }]);
    assert.match(server.lines.find((line) => line.startsWith("FAIL ")) ?? "", /"interrupted":true/);
    assert.is(begun, 0);
  }),
);

test(
  "what the server could not be told is unreported",
  withScriptedServer(async (server) => {
    let isGiven = false;
    server.answer = (line) => {
      if (!line.startsWith("FETCHB ") || isGiven) return undefined;
      isGiven = true;
      return bulkReply('[{"jid":"nobody-knows","jobtype":"any","args":[]}]');
    };
    const { opened, open } = gate();
    const worker = new Worker({ url: server.url, callTimeoutMs: 100, firstBackOffMs: 1 });
    worker.handle("any", () => opened);
    await worker.start();
    await until(() => isGiven, { what: "the job is given" });
    const stopped = worker.stop();
    await server.stop();
    open();
    assert.equal((await stopped).jobs, [
      { jid: "nobody-knows", type: "any", outcome: "unreported" },
    ]);
  }),
);

test(
  "and so is what had ended before the stop, and was not yet told",
  withScriptedServer(async (server) => {
    const jobs = ["delivered", "nobody-knows"].map(
      (jid) => `{"jid":"${jid}","jobtype":"any","args":[]}`,
    );
    let isGiven = false;
    server.answer = (line) => {
      if (line.includes("delivered")) return "+OK";
      if (!line.startsWith("FETCHB ") || isGiven) return undefined;
      isGiven = true;
      return bulkReply(`[${jobs.join()}]`);
    };
    const worker = new Worker({ url: server.url, callTimeoutMs: 100 }).handle("any", () => {});
    await worker.start();
    await until(() => server.lines.filter((line) => line.startsWith("ACK ")).length === 2, {
      what: "both have ended",
    });
    assert.equal((await worker.stop()).jobs, [
      { jid: "nobody-knows", type: "any", outcome: "unreported" },
    ]);
  }),
);

test.run();
