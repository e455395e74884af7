import type { EventEmitter } from "node:events";
import { createAborter } from "./aborter.ts";
import type { ArrivedJob } from "./arrived-job.ts";
import { callHandler, type HandlerWorld } from "./call-handler.ts";
import type { Client } from "./client.ts";
import type { HeldLeases } from "./held-leases.ts";
import { type Job, readJob } from "./job.ts";
import { decodeJson } from "./json-text.ts";
import type { LeaseAlarm } from "./lease-alarm.ts";
import type { Link } from "./link.ts";
import type { Logger } from "./logger.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import type { Reports } from "./reports.ts";
import { RunningContext } from "./running-context.ts";
import { RunningJob } from "./running-job.ts";
import { Slots } from "./slots.ts";
import { tellListeners } from "./tell-listeners.ts";
import type { WorkerEvents } from "./worker-events.ts";
import type { StoppedJob } from "./worker-options.ts";

export interface RunnerParts extends HandlerWorld {
  client: Client;
  link: Link;
  reports: Reports;
  leases: HeldLeases;
  alarm: LeaseAlarm;
  /** Each job that is accepted has one, and gives it back. */
  slots: Slots;
  concurrency: number;
  graceMs: number;
  events: EventEmitter<WorkerEvents>;
  log: Logger;
  /** What the end of a handler means, where that is not as usual. Never rejects. */
  conclude?: ((running: RunningJob, outcome: Outcome) => Promise<Outcome>) | undefined;
}

/** Runs the jobs that have come: calls their handlers, and has the server told how they ended. */
export class JobRunner {
  readonly #parts: RunnerParts;
  readonly #running = new Set<RunningJob>();
  /** For the types that have a concurrency of their own. */
  readonly #slotsOfTypes = new Map<string, Slots>();
  readonly #noneBegins = createAborter();
  readonly #stopped: StoppedJob[] = [];
  #handsBackArrivals = false;
  #isInterrupted = false;
  #onIdle = () => {};

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Takes jobs that have come together; the slot of each is given back when its handler has ended. */
  accept(arrived: readonly ArrivedJob[]): void {
    const { slots, leases } = this.#parts;
    const admitted = arrived.flatMap((one) => this.#admit(one));
    // All of them, since the first one's handler may keep JavaScript busy.
    for (const { running } of admitted) leases.hold(running);
    for (const { running, arrived: one } of admitted) {
      void this.#run(running, one).finally(() => slots.giveBack());
    }
  }

  /**
   * From now on what becomes of jobs is noted, and those that wait for others of their type go back.
   * @param handsBack whether those that still arrive go back too
   */
  beginStop(handsBack: boolean): void {
    this.#handsBackArrivals = handsBack;
    this.#noneBegins.abort();
  }

  /** Fires the signals of all jobs; each has its grace to end. */
  interrupt(): void {
    this.#isInterrupted = true;
    for (const running of this.#running) running.interrupt();
  }

  /** Resolves when no job is left whose outcome is open. */
  async whenIdle(): Promise<void> {
    if (this.#running.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** What became of jobs since the stop began. */
  get stopped(): readonly StoppedJob[] {
    return this.#stopped;
  }

  /** Nothing for what is no job, which no server sends. */
  #admit(arrived: ArrivedJob): { running: RunningJob; arrived: ArrivedJob }[] {
    const { handlers, graceMs, slots, log } = this.#parts;
    try {
      const job = readJob(arrived.parsed);
      const { timeoutMs } = handlers.find(job.type)?.options ?? {};
      return [{ running: new RunningJob(job, { timeoutMs, graceMs }), arrived }];
    } catch (err) {
      log.error({ event: "job.unreadable", err });
      slots.giveBack();
      return [];
    }
  }

  async #run(running: RunningJob, arrived: ArrivedJob): Promise<void> {
    const { handlers, reports, concurrency } = this.#parts;
    const options = handlers.find(running.job.type)?.options;
    this.#running.add(running);
    const reported = this.#reportWhenSettled(running);
    if (this.#isInterrupted || (this.#handsBackArrivals && this.#noneBegins.signal.aborted)) {
      running.handBack();
    } else if (options?.concurrency === undefined) {
      await this.#work(running, arrived);
    } else {
      await this.#workInTurn(running, arrived, options.concurrency);
    }
    // Who finishes jobs faster than the server takes it is not to gather what it can't tell.
    if (reports.count > concurrency) await reported;
  }

  async #workInTurn(running: RunningJob, arrived: ArrivedJob, concurrency: number): Promise<void> {
    const { type } = running.job;
    const slots = this.#slotsOfTypes.get(type) ?? new Slots(concurrency);
    this.#slotsOfTypes.set(type, slots);
    const { signal } = running;
    if (!(await slots.acquire(this.#noneBegins.signal, signal))) return running.handBack();
    try {
      // Its signal may have fired after it was given the slot.
      if (signal.aborted) running.handBack();
      else await this.#work(running, arrived);
    } finally {
      slots.giveBack();
    }
  }

  async #work(running: RunningJob, arrived: ArrivedJob): Promise<void> {
    const { events, handlers, conclude } = this.#parts;
    try {
      const job = this.#withExactIntegers(running.job, arrived);
      const context = new RunningContext(job, running, this.#parts);
      tellListeners(() => events.emit("started", job));
      running.begin();
      context.watchForStall(handlers.find(job.type)?.options ?? {});
      const outcome = context.end(await callHandler(this.#parts, context));
      running.end(conclude === undefined ? outcome : await conclude(running, outcome));
    } catch (error) {
      running.end(outcomeOf(error));
    }
  }

  /** @throws UnsafeInteger where the handler has not said what to do with one */
  #withExactIntegers(job: Job, { text }: ArrivedJob): Job {
    if (text === undefined) return job;
    const { integers = "refuse" } = this.#parts.handlers.find(job.type)?.options ?? {};
    return readJob(decodeJson(text, integers));
  }

  async #reportWhenSettled(running: RunningJob): Promise<void> {
    const { job } = running;
    const startedAt = performance.now();
    const outcome = await running.outcome;
    const stopped: StoppedJob = { jid: job.jid, type: job.type, outcome: outcome.kind };
    const isNoted = this.#noneBegins.signal.aborted;
    if (isNoted) this.#stopped.push(stopped);
    this.#running.delete(running);
    let isReported: Promise<boolean>;
    try {
      isReported = this.#parts.reports.report(job, outcome);
      this.#tell(job, outcome, performance.now() - startedAt);
    } finally {
      // Whatever a logger does, nobody is to wait for this job any longer.
      if (this.#running.size === 0) this.#onIdle();
    }
    const isKnown = await isReported;
    this.#parts.leases.release(running);
    if (isKnown) return;
    stopped.outcome = "unreported";
    // It had ended before the stop began, and the server could not be told since then.
    if (!isNoted && this.#noneBegins.signal.aborted) this.#stopped.push(stopped);
  }

  #tell(job: Job, outcome: Outcome, tookMs: number): void {
    const { events, log } = this.#parts;
    const fields = { jid: job.jid, jobtype: job.type, ms: Math.round(tookMs) };
    switch (outcome.kind) {
      case "done":
        log.debug({ event: "job.done", ...fields });
        tellListeners(() => events.emit("done", job, tookMs));
        break;
      case "failed":
        log.warn({ event: "job.failed", ...fields, err: outcome.error });
        tellListeners(() => events.emit("failed", job, outcome.error));
        break;
      case "discarded":
        log.info({ event: "job.discarded", ...fields, err: outcome.error });
        tellListeners(() => events.emit("discarded", job, outcome.error));
        break;
      case "snoozed": {
        const { seconds } = outcome.snooze;
        log.info({ event: "job.snoozed", ...fields, seconds });
        tellListeners(() => events.emit("snoozed", job, seconds));
        break;
      }
      case "handedBack":
        log.info({ event: "job.handed-back", ...fields });
        tellListeners(() => events.emit("handedBack", job));
        break;
      case "cancelled": {
        const { reason, by } = outcome.reason;
        log.info({ event: "job.cancelled", ...fields, reason, by });
        tellListeners(() => events.emit("cancelled", job, outcome.reason));
        break;
      }
      case "expired":
        log.warn({ event: "job.expired", ...fields });
        tellListeners(() => events.emit("expired", job));
    }
  }
}
