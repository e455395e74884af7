import * as assert from "uvu/assert";
import { until } from "../kit/until.ts";
import { Wire } from "../kit/wire.ts";
import type { Defect } from "./defect.ts";

/** Faktory was seen to store some 95,000 before its five seconds were up. */
const MANY_JOBS = 150_000;

const PUSHES = 1_000;

interface FetchedJob {
  jid: string;
  retry: number;
  failure?: { remaining: number };
}

async function fetchJob(wire: Wire, queue: string): Promise<FetchedJob> {
  return JSON.parse(await wire.call(`FETCH ${queue}`)) as FetchedJob;
}

/** Pushes jobs that all have the same `retry`, and tells of those that are stored with another. */
async function pushWithRetry(port: number, retry: number): Promise<string[]> {
  const wire = await Wire.hello(port);
  for (let index = 0; index < PUSHES; index++) {
    await wire.push({ jid: `retry-${retry}-${index}`, queue: `retry${retry}`, retry });
  }
  const wrong: string[] = [];
  for (let index = 0; index < PUSHES; index++) {
    const job = await fetchJob(wire, `retry${retry}`);
    if (job.retry !== retry) wrong.push(`${job.jid} has ${job.retry}`);
  }
  return wrong;
}

/** What becomes of a job from its PUSH to its ACK. */
export const jobDefects: Defect[] = [
  {
    number: 1,
    title: "a job without retry gets 25, whatever the job before it had",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "with-retry-7", retry: -7 });
      await wire.push({ jid: "without-retry" });
      await wire.call('PUSHB [{"jid":"in-a-bulk","jobtype":"T","args":[],"retry":3}]');
      await wire.push({ jid: "without-retry-2" });
      const retries: Record<string, number> = {};
      for (let index = 0; index < 4; index++) {
        const { jid, retry } = await fetchJob(wire, "default");
        retries[jid] = retry;
      }
      assert.equal(retries, {
        "with-retry-7": -7,
        "without-retry": 25,
        "in-a-bulk": 3,
        "without-retry-2": 25,
      });
    },
  },
  {
    number: 1,
    title: "clients that push at the same time each get the retry that they sent",
    run: async (port) => {
      const wrong = await Promise.all([1, 99, 7].map((retry) => pushWithRetry(port, retry)));
      assert.equal(wrong.flat(), []);
    },
  },
  {
    number: 3,
    title: "a whole number above 2^53 comes back as it was sent",
    run: async (port) => {
      const wire = await Wire.hello(port);
      const numbers = "[9007199254740993,-9223372036854775808,12345678901234567890,1.0]";
      await wire.call(
        `PUSH {"jid":"big-numbers","jobtype":"T","args":${numbers},"custom":{"id":18446744073709551615}}`,
      );
      const fetched = await wire.call("FETCH default");
      assert.ok(fetched.includes(`"args":${numbers}`), fetched);
      assert.ok(fetched.includes('"id":18446744073709551615'), fetched);
    },
  },
  {
    number: 5,
    title: "a scheduled job whose queue can't be is refused, not lost when it is due",
    run: async (port) => {
      const wire = await Wire.hello(port);
      const at = new Date(Date.now() + 1_000).toISOString();
      const reply = await wire.push({ jid: "impossible", queue: "bad name!", at });
      assert.match(reply, /^-ERR .*queue names must match/);
    },
  },
  {
    number: 9,
    title: `a PUSHB of ${MANY_JOBS} jobs stores all of them`,
    run: async (port) => {
      const wire = await Wire.hello(port);
      const jobs = Array.from(
        { length: MANY_JOBS },
        (_, index) => `{"jid":"bulk-job-${index}","jobtype":"T","args":[${index}]}`,
      );
      const refused = await wire.call(`PUSHB [${jobs.join(",")}]`);
      assert.is(refused.slice(0, 200), "{}");
      const { faktory } = await wire.info();
      assert.is(faktory.total_enqueued, MANY_JOBS);
    },
  },
  {
    number: 12,
    title: "a jid that is pushed twice leaves nothing behind when it is done",
    run: async (port) => {
      const wire = await Wire.hello(port);
      await wire.push({ jid: "the-same-jid" });
      await wire.push({ jid: "the-same-jid" });
      const sizes = async () => (await wire.info()).faktory;
      const { total_enqueued: enqueued } = await sizes();
      for (let index = 0; index < enqueued; index++) await wire.fetch("default");
      for (let index = 0; index < enqueued; index++) await wire.call('ACK {"jid":"the-same-jid"}');
      const { sets, total_enqueued: left } = await sizes();
      assert.equal({ working: sets.working, left }, { working: 0, left: 0 });
    },
  },
  {
    number: 18,
    title: "a scheduled job is enqueued when it is due, not at the next full five seconds",
    run: async (port) => {
      const wire = await Wire.hello(port);
      // Faktory looks within the first of every five seconds: right after that.
      const at = Math.ceil(Date.now() / 5_000) * 5_000 + 1_500;
      await wire.push({ jid: "on-time-please", at: new Date(at).toISOString() });
      await until(async () => (await wire.fetch("default")) === "on-time-please", {
        what: "the job",
        withinMs: 15_000,
      });
      const lateMs = Date.now() - at;
      assert.ok(lateMs < 2_000, `it came ${lateMs} ms late`);
    },
  },
];
