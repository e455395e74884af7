import * as assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Info } from "../kit/wire.ts";
import type { Checks } from "./checks.ts";
import { Control } from "./control.ts";
import { asLines, type CompatJob, isFlaky, makeJobs, numberOf } from "./jobs.ts";
import type { Library } from "./libraries.ts";
import { type Built, type Event, Program, type Run } from "./program.ts";
import { Recorder } from "./recorder.ts";
import { type Target, urlOf } from "./target.ts";

const JOBS = 1_000;
const BULK_JOBS = 100;
const SCHEDULED_JOBS = 3;
/** Pushed while the worker is quiet. */
const LATE_JOBS = 5;
const FEW_JOBS = 20;

const NOTHING: Info["faktory"]["sets"] = { dead: 0, retries: 0, scheduled: 0, working: 0 };

const SCHEDULED_IN_MS = 2_500;
/** The broker goes by Redis' clock, and knows it to half of the way there and back (ADR 0006). */
const CLOCKS_DIFFER_MS = 100;
const WORK_LIMIT_MS = 90_000;
/** FWP: the first retry comes after 15 to 44 seconds; servers look every 5 seconds or oftener. */
const RETRY_LIMIT_MS = 60_000;
/** Every library that we know beats each 15 seconds or oftener. */
const BEAT_LIMIT_MS = 40_000;
/** Some sleep a while before they look again whether they are to end. */
const END_LIMIT_MS = 40_000;

/** All that one library does with one server, the long way. The server has to be idle otherwise. */
export class Scenario {
  readonly #library: Library;
  readonly #built: Built;
  readonly #target: Target;
  readonly #checks: Checks;
  readonly #queues: readonly string[];

  constructor(library: Library, built: Built, target: Target, checks: Checks) {
    this.#library = library;
    this.#built = built;
    this.#target = target;
    this.#checks = checks;
    this.#queues = ["critical", "default", "low"].map((name) => `${library.name}.${name}`);
  }

  async play(): Promise<void> {
    const control = await Control.connect(this.#target);
    const recorder = await Recorder.start(this.#target.host, this.#target.port);
    try {
      await this.#checks.group(() => this.#playAll(control, recorder));
    } finally {
      control.close();
      recorder.stop();
    }
  }

  /** The short way, for one more way to connect. */
  async playBriefly(how: string): Promise<void> {
    const control = await Control.connect(this.#target);
    const jobs = makeJobs(1, FEW_JOBS, this.#queues);
    try {
      await this.#checks.group(() =>
        this.#checks.check(`pushes and works ${FEW_JOBS} jobs ${how}`, async () => {
          await this.#push(jobs);
          await this.#workUntilSigterm(jobs, control);
        }),
      );
    } finally {
      control.close();
    }
  }

  async #playAll(control: Control, recorder: Recorder): Promise<void> {
    const through = (target: Target) => urlOf(target, recorder.port);
    const url = through(this.#target);
    const check = (name: string, run: () => Promise<void>) =>
      this.#checks.check(name, run, () => `The last on the wire:\n${recorder.lastLines}`);
    const before = await control.info();
    if (before.total_enqueued > 0 || !isDeepStrictEqual(before.sets, NOTHING)) {
      throw new Error("this server is not empty; FLUSH makes it so");
    }
    const jobs = makeJobs(1, JOBS, this.#queues);

    if (this.#target.password === "") {
      this.#checks.leaveOut("is refused with a wrong password", "this server asks for none");
    } else {
      await check("is refused with a wrong password", async () => {
        const wrong = through({ ...this.#target, password: "wrong" });
        await assert.rejects(this.#push(makeJobs(1, 1, this.#queues), wrong), /ended with/);
        assert.equal((await control.info()).total_enqueued, 0);
      });
    }

    await check(`pushes ${JOBS} jobs into ${this.#queues.length} queues`, async () => {
      await this.#push(jobs, url);
      this.#compareQueues(await control.info(), jobs);
    });

    if (await this.#canAll("pushes many at once", "push-bulk", control, "PUSHB []")) {
      await check(`pushes ${BULK_JOBS} jobs at once`, async () => {
        jobs.push(...makeJobs(JOBS + 1, JOBS + BULK_JOBS, this.#queues));
        await this.#push(jobs.slice(JOBS), url, "push-bulk");
        this.#compareQueues(await control.info(), jobs);
      });
    }

    if (await this.#canAll("reads INFO", "info", control, "INFO")) {
      await check("reads INFO", async () => {
        const told = find(await Program.play(this.#built, "info", { url }), "info");
        const info = await control.info();
        assert.equal(told.processed, info.total_processed);
        assert.equal(told.failures, info.total_failures);
        assert.equal(told.enqueued, info.total_enqueued);
        assert.deepEqual(told.queues, info.queues);
      });
    }

    const flaky = jobs.filter(isFlaky).length;
    const worker = this.#startWorker(url);
    try {
      await check(`works them, and reports ${flaky} that fail`, async () => {
        await worker.until(() => worker.runs.length >= jobs.length, {
          what: "all jobs have run",
          withinMs: WORK_LIMIT_MS,
        });
        const { sets, ...info } = await untilNoneWorks(worker, control);
        // The first to fail may have come back already, when this took longer than 15 seconds.
        const retried = info.total_processed - before.total_processed - jobs.length;
        assert.equal(sets.retries, flaky - retried, "retries");
        assert.equal(info.total_failures, before.total_failures + flaky, "failures");
        assert.equal(info.total_enqueued, 0, "enqueued");
      });

      await check(`schedules ${SCHEDULED_JOBS} jobs, which run not before their time`, async () => {
        const at = Date.now() + SCHEDULED_IN_MS;
        const first = JOBS + BULK_JOBS + 1;
        const later = makeJobs(first, first + SCHEDULED_JOBS - 1, this.#queues);
        jobs.push(...later);
        const scheduled = later.map((job) => ({ ...job, at: new Date(at).toISOString() }));
        await this.#push(scheduled, url);
        const count = (await control.info()).sets.scheduled;
        assert.ok(count === SCHEDULED_JOBS || Date.now() >= at, `${count} are scheduled`);
        const isLater = (run: Run) => numberOf(run) >= first;
        await worker.until(() => worker.runs.filter(isLater).length >= SCHEDULED_JOBS, {
          what: "the scheduled jobs have run",
          withinMs: WORK_LIMIT_MS,
        });
        for (const { atMs } of worker.runs.filter(isLater)) {
          assert.ok(atMs >= at - CLOCKS_DIFFER_MS, `one ran ${at - atMs} ms too early`);
        }
      });

      const requeue = 'MUTATE {"cmd":"requeue","target":"dead","filter":{"jids":["none"]}}';
      if (await this.#canAll("requeues its retries", "requeue", control, requeue)) {
        await check("requeues its retries, and works them", async () => {
          await Program.play(this.#built, "requeue", { url });
          await workAll(worker, jobs);
        });
      } else {
        await check("works its retries when their time has come", () =>
          workAll(worker, jobs, RETRY_LIMIT_MS),
        );
      }

      const { wid } = find(worker.events, "working");
      await check("beats", async () => {
        await worker.until(() => recorder.beatReplies.includes("+OK"), {
          what: "a BEAT is answered +OK",
          withinMs: BEAT_LIMIT_MS,
        });
      });

      const late = makeJobs(1, LATE_JOBS, this.#queues);
      await check("goes quiet when it is told so", async () => {
        await control.order(wid, "quiet");
        await this.#untilTold(worker, recorder, "quiet");
        await this.#push(late, url);
      });

      await check("terminates when it is told so, and has fetched nothing meanwhile", async () => {
        const { fetches } = recorder;
        const runs = worker.runs.length;
        await control.order(wid, "terminate");
        assert.equal(await worker.end(BEAT_LIMIT_MS + END_LIMIT_MS), 0, worker.lastErrors);
        assert.equal(recorder.fetches, fetches, "FETCH was sent");
        assert.equal(worker.runs.length, runs, "a job has run");
        this.#compareQueues(await control.info(), late);
      });

      await check("works on with another worker, which SIGTERM ends", () =>
        this.#workUntilSigterm(late, control, url),
      );

      await check("leaves nothing behind", async () => {
        const { sets, ...info } = await control.info();
        const processed = jobs.length + flaky + late.length;
        assert.equal(info.total_processed - before.total_processed, processed, "processed");
        assert.equal(info.total_failures - before.total_failures, flaky, "failures");
        assert.deepEqual(sets, NOTHING);
        assert.equal(info.total_enqueued, 0, "enqueued");
      });
    } finally {
      worker.kill();
      await worker.ended;
    }
  }

  async #workUntilSigterm(
    jobs: readonly CompatJob[],
    control: Control,
    url = urlOf(this.#target),
  ): Promise<void> {
    const worker = this.#startWorker(url);
    await workAll(worker, jobs);
    // Not in the middle of an ACK: some libraries then lose their place in the conversation.
    await untilNoneWorks(worker, control);
    worker.terminate();
    assert.equal(await worker.end(END_LIMIT_MS), 0, worker.lastErrors);
  }

  #startWorker(url: string): Program {
    return Program.start(this.#built, ["work", ...this.#queues], this.#surroundings(url));
  }

  async #push(jobs: readonly CompatJob[], url = urlOf(this.#target), part = "push"): Promise<void> {
    const surroundings = this.#surroundings(url);
    const events = await Program.play(this.#built, part, surroundings, asLines(jobs));
    assert.equal(find(events, "pushed").count, jobs.length);
  }

  #surroundings(url: string): { url: string; caFile?: string } {
    const { caFile } = this.#target;
    return caFile === undefined ? { url } : { url, caFile };
  }

  /** Whether library and server can do a thing; says so when one of them cannot. */
  async #canAll(
    name: string,
    part: "push-bulk" | "info" | "requeue",
    control: Control,
    line: string,
  ): Promise<boolean> {
    const [verb = ""] = line.split(" ", 1);
    if (!this.#library.can.has(part)) this.#checks.leaveOut(name, "not in this library");
    else if (!(await control.knows(line)))
      this.#checks.leaveOut(name, `this server has no ${verb}`);
    else return true;
    return false;
  }

  /** Waits until the worker knows its state, and what it sent before has been answered. */
  async #untilTold(worker: Program, recorder: Recorder, state: string): Promise<void> {
    const isTold = () => recorder.beatReplies.some((reply) => reply.includes(state));
    const withinMs = BEAT_LIMIT_MS;
    await worker.until(isTold, { what: `a BEAT is answered with ${state}`, withinMs });
    const what = "each FETCH is answered";
    await worker.until(() => recorder.fetchesWaiting === 0, { what, withinMs });
  }

  #compareQueues({ queues }: Info["faktory"], jobs: readonly CompatJob[]): void {
    for (const name of this.#queues) {
      const count = jobs.filter(({ queue }) => queue === name).length;
      assert.equal(queues[name] ?? 0, count, `jobs in ${name}`);
    }
  }
}

/** Waits until every job has succeeded. Throws unless each did so once, after a failure if it is flaky. */
async function workAll(
  worker: Program,
  jobs: readonly CompatJob[],
  withinMs = WORK_LIMIT_MS,
): Promise<void> {
  const succeeded = () => worker.runs.filter(({ succeeds }) => succeeds);
  const what = `${jobs.length} jobs have succeeded`;
  await worker.until(() => succeeded().length >= jobs.length, { what, withinMs });
  const numbers = (runs: Run[]) => runs.map(numberOf).toSorted((a, b) => a - b);
  const wanted = jobs.map(({ args }) => Number(args[0])).toSorted((a, b) => a - b);
  assert.deepEqual(numbers(succeeded()), wanted, "each succeeds once");
  const failed = worker.runs.filter(({ succeeds }) => !succeeds);
  const flaky = jobs.filter(isFlaky).map(({ args }) => Number(args[0]));
  assert.deepEqual(numbers(failed), flaky, "each flaky one fails once");
}

async function untilNoneWorks(worker: Program, control: Control): Promise<Info["faktory"]> {
  const idle = async () => {
    const info = await control.info();
    return info.sets.working === 0 && info;
  };
  return await worker.until(idle, { what: "all is acknowledged", withinMs: WORK_LIMIT_MS });
}

/** What a program has said of one kind; there has to be one. */
function find<Kind extends Event["event"]>(
  events: readonly Event[],
  kind: Kind,
): Extract<Event, { event: Kind }> {
  const found = events.find((event) => event.event === kind);
  assert.ok(found, `the program did not say "${kind}"`);
  return found as Extract<Event, { event: Kind }>;
}
