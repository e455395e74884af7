import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openEngine, type TestEngine } from "../../kit/engine.ts";
import { promote } from "../../kit/store.ts";
import { until } from "../../kit/until.ts";

// The engines of two brokers that share a Redis: no clock is moved, so all that happens here
// happens because one broker has told the other.

const test = suite("engine/fetches of two brokers");

function withTwo(run: (here: TestEngine, there: TestEngine) => Promise<void>): () => Promise<void> {
  return async () => {
    const here = await openEngine();
    const { namespace, clock } = here;
    const there = await openEngine({ namespace, clock });
    try {
      await run(here, there);
    } finally {
      here.close();
      there.close();
    }
  };
}

test(
  "a push on one wakes a fetch on the other",
  withTwo(async (here, there) => {
    const worker = there.client();
    const answered = worker.fetch("q");
    await there.flaky.untilIdle();
    await here.push("job-1");
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "of several jobs for an empty queue one word is enough",
  withTwo(async (here, there) => {
    const workers = [there.client(), there.client(), there.client()];
    const answered = workers.map((worker) => worker.fetch("q"));
    await there.flaky.untilIdle();
    await Promise.all(["job-1", "job-2", "job-3"].map((jid) => here.push(jid)));
    await Promise.all(answered);
    assert.equal(
      workers.map(({ answers }) => answers),
      [["job-1"], ["job-2"], ["job-3"]],
    );
    assert.equal((await here.notices()).length, 1);
  }),
);

test(
  "a job that was promoted on one wakes a fetch on the other",
  withTwo(async (here, there) => {
    const { clock } = here;
    await here.push("job-1", { at: clock.now() + 500 });
    const worker = there.client();
    const answered = worker.fetch("q");
    await there.flaky.untilIdle();
    clock.advance(500);
    assert.is((await promote(here)).length, 1);
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "a job that one gave back wakes a fetch on the other",
  withTwo(async (here, there) => {
    await here.push("job-1");
    const reserved = await here.store.reserve({ wid: "", queues: ["q"] });
    if (reserved === undefined) throw new Error("there is no job");
    const worker = there.client();
    const answered = worker.fetch("q");
    await there.flaky.untilIdle();
    await here.engine.fetches.giveBack(reserved);
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "a word of its own does not make a broker ask again",
  withTwo(async (here) => {
    const worker = here.client();
    const answered = worker.fetch("q");
    await here.flaky.untilIdle();
    await here.push("job-1");
    await answered;
    const heard: string[] = [];
    here.store.onNotice(({ kind }) => heard.push(kind));
    await here.redis.publish(here.keys.notices, "worker running somebody");
    await until(() => heard.includes("worker"), { what: "all notices before this one are heard" });
    await here.flaky.untilIdle();
    assert.is(here.flaky.calls("reserve"), 2);
  }),
);

test(
  "after the connection to Redis was lost, nothing is taken for empty any longer",
  withTwo(async (here, there) => {
    const worker = there.client();
    const answered = worker.fetch("q");
    await there.flaky.untilIdle();
    // Redis cuts off all that listen; what is said before they are back is heard by nobody.
    await here.redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    await here.push("job-1");
    await answered;
    assert.equal(worker.answers, ["job-1"]);
  }),
);

test(
  "a worker that goes quiet on one gets no more jobs on the other",
  withTwo(async (here, there) => {
    const details = { wid: "w", hostname: "h", pid: 1, labels: [], rssKb: 1 };
    const [onHere, onThere] = [here.client("w"), there.client("w")];
    await here.engine.workers.register(details, onHere);
    await there.engine.workers.register(details, onThere);
    await here.engine.workers.beat({ wid: "w", state: "quiet", rssKb: 1 });
    await until(() => !there.engine.workers.mayFetch("w"), { what: "the other broker knows" });
    await here.push("job-1");
    const answered = onThere.fetch("q");
    await there.flaky.untilIdle();
    assert.is(there.flaky.calls("reserve"), 0);
    here.clock.advance(2_000);
    await answered;
    assert.equal(onThere.answers, ["nothing"]);
  }),
);

test.run();
