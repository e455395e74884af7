import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newJob, withEngine } from "../../kit/engine.ts";

const test = suite("engine/fetches");

const pushNow = { enqueuedAt: 1 };

test(
  "a fetch takes the job that is there",
  withEngine(async ({ client, push, flaky }) => {
    await push("job-1");
    const worker = client();
    await worker.fetch("q");
    assert.equal(worker.answers, ["job-1"]);
    assert.is(flaky.calls("reserve"), 1);
  }),
);

test(
  "a fetch that finds nothing waits, and is answered as soon as a job is pushed",
  withEngine(async ({ client, push, flaky }) => {
    const worker = client();
    const answered = worker.fetch("q");
    await flaky.untilIdle();
    assert.equal(worker.answers, []);
    await push("job-1");
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "those that have waited longest are served first",
  withEngine(async ({ client, push, flaky }) => {
    const [first, second, third] = [client(), client(), client()];
    const answered = [first.fetch("q"), second.fetch("q"), third.fetch("q")];
    await flaky.untilIdle();
    await push("job-1");
    await flaky.untilIdle();
    assert.equal([first.answers, second.answers, third.answers], [["job-1"], [], []]);
    await Promise.all([push("job-2"), push("job-3")]);
    await Promise.all(answered);
    assert.equal([second.answers, third.answers], [["job-2"], ["job-3"]]);
  }),
);

test(
  "one that fetches again goes to the end of the line",
  withEngine(async ({ client, push, flaky }) => {
    const [first, second] = [client(), client()];
    const answered = [first.fetch("q"), second.fetch("q")];
    await flaky.untilIdle();
    await push("job-1");
    await answered[0];
    const again = first.fetch("q");
    await flaky.untilIdle();
    await push("job-2");
    await push("job-3");
    await Promise.all([again, ...answered]);
    assert.equal([first.answers, second.answers], [["job-1", "job-3"], ["job-2"]]);
  }),
);

test(
  "a fetch is answered with nothing after two seconds by the clock, and not before",
  withEngine(async ({ client, clock, flaky }) => {
    const worker = client();
    const answered = worker.fetch("q");
    await flaky.untilIdle();
    clock.advance(1_999);
    await flaky.untilIdle();
    assert.equal(worker.answers, []);
    clock.advance(1);
    await answered;
    assert.equal(worker.answers, ["nothing"]);
  }),
);

test(
  "a fetch whose time runs out while it asks still gets what was handed out to it",
  withEngine(async ({ client, push, clock, flaky }) => {
    await push("job-1");
    const release = flaky.hold("reserve");
    const worker = client();
    const answered = worker.fetch("q");
    await flaky.untilHeld("reserve");
    clock.advance(2_500);
    release();
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "a clock that is set back prolongs no fetch, parked or asking",
  withEngine(async ({ client, clock, flaky }) => {
    const parked = client();
    const alreadyParked = parked.fetch("q");
    await flaky.untilIdle();
    clock.setBack(3_600_000);
    clock.advance(1_999);
    await flaky.untilIdle();
    assert.equal(parked.answers, []);
    clock.advance(1);
    await alreadyParked;
    assert.equal(parked.answers, ["nothing"]);

    const release = flaky.hold("reserve");
    const asking = client();
    const answered = asking.fetch("r");
    await flaky.untilHeld("reserve");
    clock.advance(2_000);
    clock.setBack(3_600_000);
    release();
    await answered;
    assert.equal(asking.answers, ["nothing"]);
  }),
);

test(
  "of queues that are known to be empty Redis is asked no more",
  withEngine(async ({ client, flaky }) => {
    const clients = Array.from({ length: 10 }, () => client());
    const [first, ...others] = clients;
    void first?.fetch("q", "r");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 1);
    for (const other of others) void other.fetch("r", "q");
    for (const other of others) void other.fetch("q");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 1);
    void first?.fetch("q", "unknown");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 2);
  }),
);

test(
  "as many ask as there are jobs, and no more",
  withEngine(async ({ client, push, flaky }) => {
    const clients = Array.from({ length: 10 }, () => client());
    for (const one of clients) void one.fetch("q");
    await flaky.untilIdle();
    const before = flaky.calls("reserve");
    await push("job-1");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), before + 1);
    assert.equal(
      clients.map(({ answers }) => answers),
      [["job-1"], ...Array.from({ length: 9 }, () => [])],
    );
  }),
);

test(
  "who came with the one that took the last job does not ask again",
  withEngine(async ({ client, push, flaky }) => {
    await push("job-1");
    for (let count = 0; count < 10; count++) void client().fetch("q");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), 10);
  }),
);

test(
  "a job that comes while a fetch is asking is not missed",
  withEngine(async ({ client, push, flaky }) => {
    const release = flaky.hold("reserve");
    const worker = client();
    const answered = worker.fetch("q");
    await flaky.untilHeld("reserve"); // the store has found nothing, but the fetch does not know
    await push("job-1");
    assert.is(flaky.calls("reserve"), 1);
    release();
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "a fetch that is served by another queue passes the wake on",
  withEngine(async ({ client, push, store, flaky }) => {
    const [first, second] = [client(), client()];
    const answered = [first.fetch("q", "r"), second.fetch("r")];
    await flaky.untilIdle();
    // Nobody is told of this one, as when the word of it is still on its way.
    await store.push({ ...newJob("job-q"), ...pushNow });
    await push("job-r", { queue: "r" });
    await Promise.all(answered);
    assert.equal([first.answers, second.answers], [["job-q"], ["job-r"]]);
  }),
);

test(
  "one hand-out tells of the other jobs in the queue",
  withEngine(async ({ client, engine, store, flaky }) => {
    const clients = [client(), client(), client()];
    const answered = clients.map((one) => one.fetch("q"));
    await flaky.untilIdle();
    for (const jid of ["job-1", "job-2", "job-3"]) {
      await store.push({ ...newJob(jid), ...pushNow });
    }
    engine.fetches.wake("q", 1);
    await Promise.all(answered);
    assert.equal(
      clients.map(({ answers }) => answers),
      [["job-1"], ["job-2"], ["job-3"]],
    );
  }),
);

test(
  "should the word of a job get lost, a fetch looks again by itself after a second",
  withEngine(async ({ client, store, clock, flaky }) => {
    const worker = client();
    const answered = worker.fetch("q");
    await flaky.untilIdle();
    await store.push({ ...newJob("job-1"), ...pushNow });
    clock.advance(999);
    await flaky.untilIdle();
    assert.equal(worker.answers, []);
    clock.advance(1);
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "it looks again every second for as long as somebody waits",
  withEngine(async ({ client, clock, flaky }) => {
    void client().fetch("q");
    await flaky.untilIdle();
    clock.advance(900);
    void client().fetch("q");
    clock.advance(100);
    await flaky.untilIdle();
    clock.advance(1_000);
    await flaky.untilIdle();
    // The first one asks twice; at 2 s it is over, and the second one is asked for.
    const asked = flaky.calls("reserve");
    assert.is(asked, 3);
    clock.advance(5_000);
    await flaky.untilIdle();
    clock.advance(5_000);
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), asked);
  }),
);

test(
  "it does not look where it is known that no job has come anywhere",
  withEngine(async ({ engine, client, store, clock, flaky }) => {
    const asked = async () => {
      clock.advance(1_000);
      await flaky.untilIdle();
      return flaky.calls("reserve");
    };
    engine.fetches.noteArrivals(await engine.jobs.keepAlive());
    const worker = client();
    // One after another, since each waits for two seconds.
    const workers = [client(), client(), client(), worker];
    for (const one of workers) {
      void one.fetch("q");
      await asked();
    }
    // The first has asked, and there were two rounds since the number was heard first.
    const known = flaky.calls("reserve");
    assert.is(known, 3);
    void worker.fetch("q");
    assert.is(await asked(), known);
    // Word of this one never comes.
    await store.push({ ...newJob("job-1"), ...pushNow });
    assert.is(await asked(), known);
    void worker.fetch("q");
    engine.fetches.noteArrivals(await engine.jobs.keepAlive());
    await asked();
    assert.ok(worker.answers.includes("job-1"), String(worker.answers));
  }),
);

test(
  "who fetches again is parked without asking; what happened in between is noticed",
  withEngine(async ({ client, push, clock, flaky }) => {
    const worker = client();
    const first = worker.fetch("q");
    await flaky.untilIdle();
    clock.advance(2_000);
    await first;
    await flaky.untilIdle();
    const asked = flaky.calls("reserve");
    const second = worker.fetch("q");
    await flaky.untilIdle();
    assert.is(flaky.calls("reserve"), asked);
    clock.advance(2_000);
    await second;
    await push("job-1");
    await worker.fetch("q");
    assert.equal(worker.answers, ["nothing", "nothing", "job-1"]);
  }),
);

test(
  "who comes back after a while has to ask again",
  withEngine(async ({ client, store, clock, flaky }) => {
    const worker = client();
    const first = worker.fetch("q");
    await flaky.untilIdle();
    clock.advance(2_000);
    await first;
    // Word of this one never comes.
    await store.push({ ...newJob("job-1"), ...pushNow });
    for (let second = 0; second < 3; second++) {
      clock.advance(1_000);
      await flaky.untilIdle();
    }
    const answered = worker.fetch("q");
    await flaky.untilIdle();
    await answered;
    assert.equal(worker.answers, ["nothing", "job-1"]);
  }),
);

test(
  "with very many queues each look goes on where the last one ended",
  withEngine(async ({ client, clock, flaky }) => {
    const queues = (who: number) => Array.from({ length: 1_000 }, (_, index) => `${who}-${index}`);
    for (let who = 0; who < 30; who++) void client().fetch(...queues(who));
    await flaky.untilIdle();
    const asked = flaky.calls("reserve");
    clock.advance(1_000);
    await flaky.untilIdle();
    const once = flaky.calls("reserve") - asked;
    assert.ok(once > 0 && once <= 10, `${once} of 30 have asked again`);
  }),
);

test(
  "a queue that is named twice is one queue",
  withEngine(async ({ client, push, flaky }) => {
    const worker = client();
    const answered = worker.fetch("q", "q");
    await flaky.untilIdle();
    await push("job-1");
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test.run();
