import { suite } from "uvu";
import * as assert from "uvu/assert";
import { StoreUnavailable } from "../../../broker/store/store.ts";
import { type TestClient, type TestEngine, withEngine } from "../../kit/engine.ts";

// Fetches that get no job: the client has gone, is quiet, the broker stops, or the store fails.

const test = suite("engine/fetches refused");

test(
  "a client that has gone while it waited is answered at once, and the next in line gets the job",
  withEngine(async ({ client, push, flaky }) => {
    const [gone, next] = [client(), client()];
    const answered = [gone.fetch("q"), next.fetch("q")];
    await flaky.untilIdle();
    gone.leave();
    await answered[0];
    await push("job-1");
    await answered[1];
    assert.equal([gone.answers, next.answers], [["nothing"], ["job-1"]]);
  }),
);

test(
  "a client that has gone already is not asked for",
  withEngine(async ({ client, push, flaky }) => {
    await push("job-1");
    const gone = client();
    gone.leave();
    await gone.fetch("q");
    assert.equal(gone.answers, ["nothing"]);
    assert.is(flaky.calls("reserve"), 0);
  }),
);

test(
  "what was handed out to a client that has gone meanwhile returns to its place",
  withEngine(async ({ client, push, flaky, state, log }) => {
    await push("job-1");
    await push("job-2");
    const before = await state();
    const release = flaky.hold("reserve");
    const gone = client();
    const answered = gone.fetch("q");
    await flaky.untilHeld("reserve");
    gone.leave();
    release();
    await answered;
    await flaky.untilIdle();
    assert.equal(gone.answers, ["nothing"]);
    assert.equal(await state(), { ...before, sequence: before.sequence + 1 });
    assert.equal(
      log.of("job.given-back").map(({ jid }) => jid),
      ["job-1"],
    );
  }),
);

test(
  "a job that was given back goes to the next that waits",
  withEngine(async ({ client, push, flaky }) => {
    await push("job-1");
    const release = flaky.hold("reserve");
    const [gone, next] = [client(), client()];
    const answered = [gone.fetch("q"), next.fetch("q")];
    await flaky.untilHeld("reserve", 2);
    gone.leave();
    release();
    await Promise.all(answered);
    assert.equal([gone.answers, next.answers], [["nothing"], ["job-1"]]);
  }),
);

test(
  "a job that can't be given back is left to its reservation",
  withEngine(async ({ push, engine, flaky, state, log, store }) => {
    await push("job-1");
    const reserved = await store.reserve({ wid: "", queues: ["q"] });
    if (reserved === undefined) throw new Error("there is no job");
    flaky.fail("release", new StoreUnavailable("away"));
    await engine.fetches.giveBack(reserved);
    assert.equal(Object.keys((await state()).working), ["job-1"]);
    assert.is(log.of("job.not-given-back").length, 1);
    assert.is(log.of("job.given-back").length, 0);
  }),
);

/** A worker that is registered, and quiet if so wished. */
async function worker({ client, engine }: TestEngine, wid: string): Promise<TestClient> {
  const connection = client(wid);
  const details = { wid, hostname: "h", pid: 1, labels: [], rssKb: 1 };
  await engine.workers.register(details, connection);
  return connection;
}

test(
  "a quiet worker asks for nothing, and what comes goes to others",
  withEngine(async (world) => {
    const { engine, push, clock, flaky } = world;
    const [quiet, running] = [await worker(world, "quiet"), await worker(world, "running")];
    await engine.workers.beat({ wid: "quiet", state: "quiet", rssKb: 1 });
    await push("job-1");
    const answered = quiet.fetch("q");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 0);
    await running.fetch("q");
    const waiting = running.fetch("q");
    await flaky.untilIdle();
    await push("job-2");
    await waiting;
    assert.equal([quiet.answers, running.answers], [[], ["job-1", "job-2"]]);
    clock.advance(2_000);
    await answered;
    assert.equal(quiet.answers, ["nothing"]);
  }),
);

test(
  "a worker that goes quiet while it waits gets nothing more",
  withEngine(async (world) => {
    const { engine, push, clock, flaky, state } = world;
    const worker1 = await worker(world, "w");
    const answered = worker1.fetch("q");
    await flaky.untilIdle();
    await engine.workers.beat({ wid: "w", state: "terminate", rssKb: 1 });
    await push("job-1");
    clock.advance(2_000);
    await answered;
    assert.equal(worker1.answers, ["nothing"]);
    assert.equal((await state()).queues, { q: { "job-1": "5/1" } });
  }),
);

test(
  "a worker that goes quiet while it asks does not ask again",
  withEngine(async (world) => {
    const { engine, push, clock, flaky } = world;
    const worker1 = await worker(world, "w");
    const release = flaky.hold("reserve");
    const answered = worker1.fetch("q");
    await flaky.untilHeld("reserve");
    await push("job-1");
    await engine.workers.beat({ wid: "w", state: "quiet", rssKb: 1 });
    release();
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 1);
    clock.advance(2_000);
    await answered;
    assert.equal(worker1.answers, ["nothing"]);
  }),
);

test(
  "stop answers all that wait, and those that come later, with nothing",
  withEngine(async ({ client, engine, push, flaky, state }) => {
    const clients = [client(), client()];
    const answered = clients.map((one) => one.fetch("q", "r"));
    await flaky.untilIdle();
    const asked = flaky.calls("reserve");
    engine.fetches.stop();
    await Promise.all(answered);
    await push("job-1");
    const late = client();
    await late.fetch("q");
    assert.equal(
      [...clients, late].map(({ answers }) => answers),
      [["nothing"], ["nothing"], ["nothing"]],
    );
    assert.is(flaky.calls("reserve"), asked);
    assert.equal((await state()).queues, { q: { "job-1": "5/1" } });
  }),
);

test(
  "what was on its way when the broker stops is delivered",
  withEngine(async ({ client, engine, push, flaky }) => {
    await push("job-1");
    const release = flaky.hold("reserve");
    const [served, other] = [client(), client()];
    const answered = [served.fetch("q"), other.fetch("q")];
    await flaky.untilHeld("reserve", 2);
    engine.fetches.stop();
    release();
    await Promise.all(answered);
    assert.equal([served.answers, other.answers], [["job-1"], ["nothing"]]);
  }),
);

test(
  "a fetch whose store fails learns why, and the others wait on",
  withEngine(async ({ client, push, flaky }) => {
    const [first, second] = [client(), client()];
    const answered = [first.fetch("q"), second.fetch("q")];
    await flaky.untilIdle();
    flaky.fail("reserve", new StoreUnavailable("away"));
    await push("job-1");
    await answered[0];
    assert.equal([first.answers, second.answers], [["away"], []]);
    await push("job-2");
    await answered[1];
    assert.equal(second.answers, ["job-1"]);
  }),
);

test.run();
