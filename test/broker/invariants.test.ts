// limit: 120 s
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interventions } from "../../broker/engine/interventions.ts";
import { findAttempts } from "../../broker/store/attempts.ts";
import type { NewJob, PushOutcome, Reserved } from "../../broker/store/store.ts";
import { type Described, Model } from "../kit/model.ts";
import { startRedis } from "../kit/redis.ts";
import type { State } from "../kit/state.ts";
import { openStore, promote, type TestStore } from "../kit/store.ts";
import { until } from "../kit/until.ts";

// Random steps are done by a store and by a model of it that is too simple to be wrong. After each
// step both must hold the same, and what keys.ts promises must be true of what Redis holds.

const test = suite("invariants");

/** Another one is tried each time; `SEED=… RUNS=… node --import tsx …` repeats one, or tries more. */
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["RUNS"] ?? 40);

/** It keeps what it has acknowledged. */
const KEEPS_ALL = ["--appendonly", "yes", "--appendfsync", "always"];

interface GivenJob {
  jid: string;
  queue: string;
  priority: number;
  retry: number;
  in: number;
  tags: string[];
  isTracked: boolean;
}

type Step =
  | { do: "push"; jobs: GivenJob[] }
  | { do: "reserve"; requests: string[][] }
  | { do: "ack" | "release" | "hand back"; which: number }
  | { do: "fail"; which: number; jitter: number }
  | { do: "snooze"; which: number; ms: number }
  | { do: "complete"; which: number; ms: number; result: string }
  | { do: "ack stranger" | "cancel" | "tell" | "retry" | "delete"; jid: string }
  /** Calls off a tag; its jobs are called off by another step. */
  | { do: "cancel tag"; tag: string }
  | { do: "advance"; ms: number }
  | { do: "expire" | "promote" | "sweep" | "forget" }
  | { do: "purge"; set: "dead" | "cancelled"; ageMs: number; keep: number }
  /** Redis is killed while these are under way, so many turns of the event loop after they began. */
  | { do: "crash"; jobs: GivenJob[]; requests: string[][]; turns: number };

// Few of each, so that they meet often.
const jid = fc.constantFrom(..."abcdefghij");
const queue = fc.constantFrom("q", "r", "s");
const tag = fc.constantFrom("x", "y");
const which = fc.nat(9);

const job = fc.record({
  jid,
  queue,
  priority: fc.constantFrom(1, 5, 5, 9),
  retry: fc.constantFrom(25, 25, 2, 1, 0, -1),
  in: fc.constantFrom(0, 0, 0, 1, 60_000, 3_600_000),
  tags: fc.oneof(fc.constant<string[]>([]), fc.uniqueArray(tag, { maxLength: 2 })),
  isTracked: fc.boolean(),
});

const jobs = fc.array(job, { maxLength: 5 });
const requests = fc.array(fc.array(queue, { minLength: 1, maxLength: 3 }), { maxLength: 4 });
// Not both: of two kinds of command that are under way at once neither comes first.
const none = fc.constant<never[]>([]);
const turns = fc.nat(8);
const delayMs = fc.constantFrom(0, 1, 60_000);
const result = fc.constantFrom("", "1.0", '{"n":9007199254740993}');

const of = <Name extends Step["do"]>(name: Name) => fc.constant(name);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: of("push"), jobs }) },
  { weight: 8, arbitrary: fc.record({ do: of("reserve"), requests }) },
  { weight: 4, arbitrary: fc.record({ do: of("ack"), which }) },
  { weight: 6, arbitrary: fc.record({ do: of("fail"), which, jitter: fc.nat(29) }) },
  { weight: 2, arbitrary: fc.record({ do: of("release"), which }) },
  { weight: 1, arbitrary: fc.record({ do: of("hand back"), which }) },
  { weight: 1, arbitrary: fc.record({ do: of("ack stranger"), jid }) },
  { weight: 2, arbitrary: fc.record({ do: of("tell"), jid }) },
  { weight: 3, arbitrary: fc.record({ do: of("cancel"), jid }) },
  { weight: 2, arbitrary: fc.record({ do: of("snooze"), which, ms: delayMs }) },
  { weight: 2, arbitrary: fc.record({ do: of("complete"), which, ms: delayMs, result }) },
  { weight: 2, arbitrary: fc.record({ do: of("retry"), jid }) },
  { weight: 2, arbitrary: fc.record({ do: of("delete"), jid }) },
  { weight: 1, arbitrary: fc.record({ do: of("cancel tag"), tag }) },
  { weight: 3, arbitrary: fc.record({ do: of("sweep") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: of("advance"),
      ms: fc.constantFrom(1, 15_000, 60_000, 1_800_000, 40_000_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: of("promote") }) },
  { weight: 1, arbitrary: fc.record({ do: of("forget") }) },
  { weight: 2, arbitrary: fc.record({ do: of("expire") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of("purge"),
      set: fc.constantFrom("dead", "cancelled"),
      ageMs: fc.constantFrom(0, 60_000),
      keep: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of("crash"), jobs, requests: none, turns }) },
  { weight: 1, arbitrary: fc.record({ do: of("crash"), jobs: none, requests, turns }) },
);

/** A store, its model, and what the store has handed out. */
class Pair {
  readonly world: TestStore;
  readonly model = new Model();
  readonly #restart: () => Promise<void>;
  readonly #interventions: Interventions;
  readonly #handedOut = new Map<string, Reserved>();

  constructor(world: TestStore, restart: () => Promise<void>) {
    this.world = world;
    this.#restart = restart;
    this.#interventions = new Interventions(world.store, () => {});
  }

  async run(step: Step): Promise<void> {
    const { model } = this;
    const { store, clock } = this.world;
    const now = clock.now();
    switch (step.do) {
      case "push": {
        // All at once: they end up in one group.
        const jobs = step.jobs.map((given) => newJob(given, now));
        const stored = await Promise.all(jobs.map((one) => store.push(one)));
        assert.equal(
          stored.map(nameOf),
          jobs.map((one) => model.push(one)),
        );
        break;
      }
      case "reserve": {
        const { requests } = step;
        const answers = requests.map((queues) => store.reserve({ wid: "w", queues }));
        const reserved = await Promise.all(answers);
        assert.equal(
          reserved.map((one) => one?.jid),
          requests.map((queues) => model.reserve(queues, now)),
        );
        for (const one of reserved) if (one !== undefined) this.#handedOut.set(one.jid, one);
        break;
      }
      case "ack": {
        const found = this.#pick(step.which);
        assert.is(await store.ack({ jid: found }), model.ack(found, now));
        break;
      }
      case "ack stranger":
        assert.is(await store.ack({ jid: step.jid }), model.ack(step.jid, now));
        break;
      case "tell":
        assert.is(await store.progress.note({ jid: step.jid, percent: 1 }), true);
        break;
      case "cancel": {
        const { state } = await store.cancels.cancel(step.jid, { at: now });
        assert.is(state, model.cancel(step.jid, now));
        break;
      }
      case "fail": {
        const found = this.#pick(step.which);
        assert.is(
          await this.#fail(found, step.jitter, "reported"),
          model.fail(found, step.jitter, "reported", now),
        );
        break;
      }
      case "cancel tag":
        await store.cancels.cancelGroup(`tag:${step.tag}`, { at: now });
        model.close(step.tag);
        break;
      case "sweep":
        for (const group of await store.cancels.closedGroups()) {
          assert.is(await store.cancels.sweepGroup(group), 0);
        }
        model.sweep(now);
        break;
      case "release": {
        const found = this.#handedOut.get(this.#pick(step.which));
        if (found === undefined) break;
        await store.release(found);
        model.release(found.jid, false, now);
        break;
      }
      case "hand back": {
        const found = this.#pick(step.which);
        const outcome = await store.handBack({ jid: found });
        assert.is(
          typeof outcome === "object" ? "released" : outcome,
          model.release(found, true, now),
        );
        break;
      }
      case "snooze": {
        const jid = this.#pick(step.which);
        const dueAt = now + step.ms;
        assert.is(await store.snooze({ jid, dueAt }), model.snooze(jid, dueAt, now));
        break;
      }
      case "complete": {
        const jid = this.#pick(step.which);
        const forgetAt = now + step.ms;
        const result = step.result === "" ? undefined : Buffer.from(step.result);
        const outcome = await store.complete({ jid, forgetAt, result });
        assert.is(outcome, model.complete(jid, forgetAt, step.result, now));
        break;
      }
      case "retry": {
        const retried = await this.#interventions.retry(step.jid).then(
          () => true,
          () => false,
        );
        assert.is(retried, model.retry(step.jid));
        break;
      }
      case "delete":
        assert.is(await store.catalogue.delete(step.jid), model.delete(step.jid));
        break;
      case "forget":
        await store.forgetDone();
        model.forget(now);
        break;
      case "advance":
        clock.advance(step.ms);
        break;
      case "promote":
        await promote(this.world);
        model.promote(now);
        break;
      case "expire":
        for (const { jid } of await store.firstDeadlines()) {
          assert.is(await this.#fail(jid, 3, "expired"), model.fail(jid, 3, "expired", now));
        }
        break;
      case "purge": {
        const { set, keep } = step;
        const endedBefore = now - step.ageMs;
        if (set === "dead") await store.purgeDead({ diedBefore: endedBefore, keep });
        else await store.cancels.purge({ endedBefore, keep });
        model.purge(set, endedBefore, keep);
        break;
      }
      case "crash":
        // What a FETCH cancels on its way, and nobody hears of, the model could not know.
        if (model.closed.size > 0 && step.requests.length > 0) break;
        await this.#crash(step.jobs, step.requests, step.turns);
        break;
    }
  }

  async check(): Promise<void> {
    this.model.settle();
    const state = await this.world.state();
    checkState(state);
    checkGroups(state);
    assert.equal(describe(state), this.model.describe());
    const { stored, done, discarded, purged, revived, deleted } = this.model.flow;
    const gone = done + discarded + purged + revived + deleted;
    assert.is(Object.keys(state.jobs).length, stored - gone);
  }

  /** What was acknowledged has happened; of what was not, a push may have happened, and no hand-out. */
  async #crash(given: GivenJob[], requests: string[][], turns: number): Promise<void> {
    const { store, clock } = this.world;
    const now = clock.now();
    const jobs = given.map((one) => newJob(one, now));
    const underWay = [
      Promise.allSettled(jobs.map((one) => store.push(one))),
      Promise.allSettled(requests.map((queues) => store.reserve({ wid: "w", queues }))),
    ] as const;
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
    await this.#restart();
    const [pushed, reserved] = await Promise.all(underWay);
    const { jobs: kept } = await this.world.state();
    for (const [index, one] of jobs.entries()) {
      const outcome = pushed[index];
      if (outcome?.status === "fulfilled") assert.is(nameOf(outcome.value), this.model.push(one));
      else if (kept[one.jid]?.text === one.text.toString()) this.model.push(one);
    }
    for (const [index, queues] of requests.entries()) {
      const outcome = reserved[index];
      if (outcome?.status !== "fulfilled") continue;
      assert.is(outcome.value?.jid, this.model.reserve(queues, now));
      if (outcome.value !== undefined) this.#handedOut.set(outcome.value.jid, outcome.value);
    }
    const expected = Object.keys(this.model.describe().working).length;
    const isGivenBack = async () =>
      Object.keys((await this.world.state()).working).length === expected;
    await until(isGivenBack, { what: "what was handed out to nobody is given back" });
  }

  /** One that is being worked on, or a jid that nobody has when there is none. */
  #pick(which: number): string {
    const { working } = this.model;
    return working[which % working.length]?.job.jid ?? "nobody";
  }

  async #fail(jid: string, jitter: number, cause: "reported" | "expired"): Promise<string> {
    const report = { errtype: "E", message: "m", backtrace: [] };
    return (await this.world.store.fail({ jid, report, jitter, cause })).kind;
  }
}

function nameOf(outcome: PushOutcome): string {
  return typeof outcome === "object" ? outcome.kind : outcome;
}

let pushes = 0;

function newJob({ in: delay, tags, ...given }: GivenJob, now: number): NewJob {
  const text = Buffer.from(`{"jid":"${given.jid}","push":${++pushes}}`);
  const tagged = tags.length > 0 ? { tags } : {};
  const due = delay === 0 ? { enqueuedAt: now } : { at: now + delay };
  return { jobtype: "T", reserveForSeconds: 1_800, text, ...given, ...due, ...tagged };
}

/** What must be true of any state, whatever has happened. */
function checkState(state: State): void {
  const { jobs, queues, scheduled, retries, working, dead, done, cancelled, reservations } = state;
  const sets = [...Object.values(queues), scheduled, retries, working, dead, done, cancelled];
  const members = sets.flatMap((set) => Object.keys(set)).toSorted();
  assert.equal(members, Object.keys(jobs).toSorted(), "each job is in exactly one set");
  const reserved = Object.keys(reservations).toSorted();
  assert.equal(reserved, Object.keys(working).toSorted(), "reservations match working");
  assert.ok(
    state.cancelling.every((jid) => jid in working),
    "what is called off and not cancelled yet is being worked on",
  );
  const calledOff = [...state.cancelling, ...Object.keys(cancelled)].toSorted();
  assert.equal(Object.keys(state.cancels).toSorted(), calledOff, "it is known why");
  for (const [name, places] of Object.entries(queues)) {
    assert.ok(state.queueNames.includes(name), "each queue is known by name");
    for (const found of Object.keys(places)) assert.is(jobs[found]?.queue, name);
  }
  const allPlaces = [...Object.values(queues).flatMap((places) => Object.values(places))];
  assert.is(new Set(allPlaces).size, allPlaces.length, "no place is given twice");
}

/** Each group has exactly the jobs whose ties name it, each by where it is. */
function checkGroups(state: State): void {
  const { jobs, ties, working, dead, done, cancelled, groups } = state;
  const holds: Record<string, Record<string, string>> = {};
  for (const [jid, { queue, tags = [], track }] of Object.entries(ties)) {
    const record = jobs[jid];
    assert.ok(record && (tags.length > 0 || track !== undefined), "what has ties has a record");
    if (tags.length > 0) assert.is(record.queue, queue, "and is found by its queue");
    const isCalledOff = jid in working && state.cancelling.includes(jid);
    const isKept = jid in dead || jid in done || jid in cancelled;
    const hold = isKept ? "kept" : isCalledOff ? "called off" : "live";
    for (const name of tags) holds[`tag:${name}`] = { ...holds[`tag:${name}`], [jid]: hold };
  }
  const found = Object.entries(groups).filter(([, group]) => group.jobs !== undefined);
  assert.equal(Object.fromEntries(found.map(([name, group]) => [name, group.jobs])), holds);
}

function describe(state: State): Described {
  const { scheduled, retries, working, dead, done, jobs, counters } = state;
  const { cancelled, cancelling } = state;
  const { processed = 0, failures = 0 } = counters;
  return {
    queues: mapValues(state.queues, Object.keys),
    scheduled,
    retries,
    working,
    dead,
    done,
    cancelled,
    cancelling,
    closed: closedTags(state),
    texts: mapValues(jobs, ({ text }) => text),
    runs: mapValues(jobs, ({ runs = 0, attempts = "" }) => {
      const outcomes = findAttempts(attempts) ?? [];
      assert.is(outcomes.length, Math.min(runs, 20), "as many runs are told of as are counted");
      return outcomes.map(({ outcome }) => outcome).join();
    }),
    results: mapValues(jobs, ({ result = "" }) => result),
    counters: { processed, failures },
  };
}

function closedTags({ groups }: State): string[] {
  const closed = Object.entries(groups).filter(
    ([, { cancellation }]) => cancellation !== undefined && cancellation.endedAt === undefined,
  );
  return closed.map(([name]) => name.slice("tag:".length)).toSorted();
}

function mapValues<Value, Result>(
  record: Record<string, Value>,
  convert: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, convert(value)]));
}

test(`whatever happens, no job is lost, doubled or out of its order (seed ${seed})`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "millrace-invariants-"));
  let redis = await startRedis({ args: KEEPS_ALL, folder });
  const restart = async () => {
    await redis.stop(); // with SIGKILL
    redis = await startRedis({ args: KEEPS_ALL, folder });
  };
  const { socketPath } = redis;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 60, size: "max" }),
    async (steps) => {
      const world = await openStore({ socketPath });
      try {
        const pair = new Pair(world, restart);
        for (const one of steps) {
          await pair.run(one);
          await pair.check();
        }
      } finally {
        world.close();
      }
    },
  );
  try {
    const limits = { numRuns, interruptAfterTimeLimit: 60_000 };
    await fc.assert(property, { ...limits, seed, includeErrorInReport: true });
  } finally {
    await redis.stop();
    rmSync(folder, { recursive: true });
  }
});

test.run();
