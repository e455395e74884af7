import { randomUUID } from "node:crypto";
import type { WorkerState } from "../../protocol/worker-state.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { encodeBehalf } from "./behalf.ts";
import { dayOf } from "./day.ts";
import { GroupCommit, LATER } from "./group-commit.ts";
import { type Keys, keysOf, placeBandOf } from "./keys.ts";
import { readLocation } from "./location.ts";
import { LostHandouts } from "./lost-handouts.ts";
import { parseNotice } from "./notice.ts";
import { encodeRecord, headerOf, pack, readStoredJob, UnreadableRecord } from "./record.ts";
import { RedisBatches } from "./redis-batches.ts";
import { RedisCancels } from "./redis-cancels.ts";
import { RedisCatalogue } from "./redis-catalogue.ts";
import { findDangers } from "./redis-check.ts";
import { RedisFigures } from "./redis-figures.ts";
import type { RedisLink } from "./redis-link.ts";
import { RedisProgress } from "./redis-progress.ts";
import { RedisQueues } from "./redis-queues.ts";
import { list, pairs, text } from "./redis-reply.ts";
import { RedisWaiting } from "./redis-waiting.ts";
import { scanReservations } from "./reservation.ts";
import * as scripts from "./scripts.ts";
import {
  type AckOutcome,
  type CompletedJob,
  type Deadline,
  type FailedJob,
  type FailOutcome,
  type HandBackOutcome,
  type HandOut,
  type HeldJob,
  type JobLocation,
  type NewJob,
  type Notice,
  type PushOutcome,
  type RenewOutcome,
  type Reserved,
  type ReserveRequest,
  type SilentWorker,
  type SnoozedJob,
  type SnoozeOutcome,
  type Store,
  type StoreSizes,
  UnreadableJob,
  type WorkerBeat,
  type WorkerDetails,
} from "./store.ts";
import { encodeTies } from "./ties.ts";

/** At some 10 µs an item, a group keeps Redis busy for about a millisecond. */
const GROUP = { maxItems: 100 };

/** Where a record is written anew, with what is kept of its runs, it is twice as long. */
const REWRITE_GROUP = { maxItems: 50 };

/** Copying a megabyte into Redis takes it about as long, and so does noting a thousand tags. */
const PUSH_GROUP = {
  ...GROUP,
  maxWeight: 2 ** 20,
  weigh: (job: NewJob) => job.text.length + (job.tags?.length ?? 0) * 2 ** 10,
};

const COMPLETE_GROUP = {
  ...REWRITE_GROUP,
  maxWeight: 2 ** 20,
  weigh: ({ result }: CompletedJob) => result?.length ?? 0,
};

/** So does looking into a thousand queues. */
const RESERVE_GROUP = {
  ...GROUP,
  maxWeight: 1_000,
  weigh: ({ queues }: ReserveRequest) => queues.length,
};

/** What is done by itself is done in steps of this size, for the same reason. */
const STEP = 100;

export class RedisStore implements Store {
  readonly queues: RedisQueues;
  readonly waiting: RedisWaiting;
  readonly catalogue: RedisCatalogue;
  readonly cancels: RedisCancels;
  readonly progress: RedisProgress;
  readonly batches: RedisBatches;
  readonly figures: RedisFigures;
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;
  /** Tells this broker's doings from those of others. */
  readonly #id = randomUUID().slice(0, 8);
  readonly #listeners: ((notice: Notice) => void)[] = [];
  readonly #log: Logger;
  readonly #lostHandouts: LostHandouts;
  #calls = 0;

  readonly #push = new GroupCommit((jobs: NewJob[]) => this.#commitPush(jobs), PUSH_GROUP);
  readonly #reserve = new GroupCommit(
    (requests: ReserveRequest[]) => this.#commitReserve(requests),
    RESERVE_GROUP,
  );
  readonly #handBack = new GroupCommit(
    (jobs: HeldJob[]) =>
      this.#releaseAll(jobs.map(({ jid, token = 0 }) => ({ jid, call: "", token }))),
    REWRITE_GROUP,
  );
  readonly #snooze = new GroupCommit(
    (jobs: SnoozedJob[]) => this.#commitSnooze(jobs),
    REWRITE_GROUP,
  );
  readonly #ack = new GroupCommit((jobs: HeldJob[]) => this.#commitAck(jobs), GROUP);
  readonly #complete = new GroupCommit(
    (jobs: CompletedJob[]) => this.#commitComplete(jobs),
    COMPLETE_GROUP,
  );
  readonly #renew = new GroupCommit((jobs: HeldJob[]) => this.#commitRenew(jobs), GROUP);
  readonly #fail = new GroupCommit((jobs: FailedJob[]) => this.#commitFail(jobs), REWRITE_GROUP);
  readonly #beat = new GroupCommit(
    (beats: WorkerBeat[]) =>
      scripts.beat.run(this.#link, this.#keys, { now: this.#clock.now() }, beats),
    GROUP,
  );

  constructor(link: RedisLink, namespace: string, clock: Clock, log: Logger) {
    this.#link = link;
    this.#keys = keysOf(namespace);
    this.#clock = clock;
    this.#log = log;
    this.queues = new RedisQueues(link, this.#keys);
    this.waiting = new RedisWaiting(link, this.#keys, clock, this.#id);
    this.catalogue = new RedisCatalogue(link, this.#keys, clock);
    this.cancels = new RedisCancels(link, this.#keys, clock);
    this.progress = new RedisProgress(link, this.#keys, clock);
    this.batches = new RedisBatches(link, this.#keys, clock);
    this.figures = new RedisFigures(link, this.#keys, clock);
    this.#lostHandouts = new LostHandouts(link, this.#keys, clock, log);
  }

  /** Connects, and listens to the other brokers. */
  async open(): Promise<void> {
    await this.#link.connect();
    await this.#link.subscribe(
      this.#keys.notices,
      (message) => {
        const { notices, origin } = parseNotice(message);
        if (notices.length === 0) this.#log.warn({ event: "notice.unknown" });
        if (origin !== this.#id) for (const notice of notices) this.#notify(notice);
      },
      () => this.#notify({ kind: "reconnected" }),
    );
  }

  close(): void {
    this.#link.close();
  }

  onNotice(listener: (notice: Notice) => void): void {
    this.#listeners.push(listener);
  }

  push(job: NewJob): Promise<PushOutcome> {
    return this.#push.add(job);
  }

  async reserve(request: ReserveRequest): Promise<Reserved | undefined> {
    const handedOut = await this.#reserve.add(request);
    if (handedOut === undefined) return undefined;
    if ("version" in handedOut) throw new UnreadableJob(handedOut.jid, handedOut.version);
    const { jid, record, queue, left, call, token } = handedOut;
    try {
      return Object.assign(readStoredJob(jid, record), { queue, left, call, token });
    } catch (error) {
      if (error instanceof UnreadableRecord) throw new UnreadableJob(jid, undefined);
      throw error;
    }
  }

  async release(reserved: Reserved): Promise<void> {
    const { jid, call } = reserved;
    await this.#releaseAll([{ jid, call, token: 0 }]);
  }

  handBack(held: HeldJob): Promise<HandBackOutcome> {
    return this.#handBack.add(held);
  }

  async snooze(snoozed: SnoozedJob): Promise<SnoozeOutcome> {
    const outcome = await this.#snooze.add(snoozed);
    if (typeof outcome === "object") throw new UnreadableJob(snoozed.jid, outcome.version);
    return outcome;
  }

  ack(held: HeldJob): Promise<AckOutcome> {
    return this.#ack.add(held);
  }

  async complete(completed: CompletedJob): Promise<AckOutcome> {
    const outcome = await this.#complete.add(completed);
    if (typeof outcome === "object") throw new UnreadableJob(completed.jid, outcome.version);
    return outcome;
  }

  renew(held: HeldJob): Promise<RenewOutcome> {
    return this.#renew.add(held);
  }

  async keepAlive(): Promise<number> {
    return await scripts.keepAlive.run(this.#link, this.#keys, { now: this.#clock.now() });
  }

  async locate(jid: string): Promise<JobLocation | undefined> {
    const [found] = await scripts.locate.run(this.#link, this.#keys, {}, [{ jid }]);
    return found && readLocation(found);
  }

  async fail(failed: FailedJob): Promise<FailOutcome> {
    const outcome = await this.#fail.add(failed);
    if (outcome.kind !== "unreadable") return outcome;
    const { jid, cause } = failed;
    if (cause === "reported") throw new UnreadableJob(jid, outcome.version);
    this.#log.warn({ event: "job.not-expired", jid, version: outcome.version });
    return { kind: "unknown" };
  }

  async firstDeadlines(): Promise<Deadline[]> {
    const reply = await this.#link.call("ZRANGE", this.#keys.working, 0, STEP - 1, "WITHSCORES");
    return pairs(reply).map(([jid, deadline]) => ({ jid, at: Number(deadline) }));
  }

  forgetDone(): Promise<{ count: number; nextAt: number | undefined }> {
    const fixed = { now: this.#clock.now(), limit: STEP };
    return scripts.forgetDone.run(this.#link, this.#keys, fixed);
  }

  purgeDead(limits: { diedBefore: number; keep: number }): Promise<number> {
    const fixed = { ...limits, limit: STEP, now: this.#clock.now() };
    return scripts.purgeDead.run(this.#link, this.#keys, fixed);
  }

  purgeHistory(before: number): Promise<number> {
    return scripts.purgeHistory.run(this.#link, this.#keys, { before: dayOf(before) });
  }

  registerWorker({ wid, hostname, pid, labels, rssKb }: WorkerDetails): Promise<WorkerState> {
    return scripts.registerWorker.run(this.#link, this.#keys, {
      now: this.#clock.now(),
      wid,
      hostname,
      pid,
      labels: JSON.stringify(labels),
      rssKb,
    });
  }

  beat(beat: WorkerBeat): Promise<WorkerState | undefined> {
    return this.#beat.add(beat);
  }

  async findWorkerState(wid: string): Promise<WorkerState | undefined> {
    const state = await this.#link.call("HGET", this.#keys.worker + wid, "state");
    return state === null ? undefined : scripts.workerState(state);
  }

  async disconnectWorker(wid: string): Promise<void> {
    await scripts.disconnectWorker.run(this.#link, this.#keys, { wid });
  }

  silentWorkers(silenceMs: number): Promise<SilentWorker[]> {
    const fixed = { now: this.#clock.now(), silence: silenceMs, limit: STEP };
    return scripts.silentWorkers.run(this.#link, this.#keys, fixed);
  }

  forgetWorkers(wids: readonly string[], silentSince: number): Promise<string[]> {
    const items = wids.map((wid) => ({ wid }));
    return scripts.forgetWorkers.run(this.#link, this.#keys, { silentSince }, items);
  }

  async *handedTo(wids: ReadonlySet<string>, before: number): AsyncGenerator<HandOut> {
    for await (const reservation of scanReservations(this.#link, this.#keys)) {
      const { jid, wid, call, token, reservedAt } = reservation;
      // A lease ends by itself, and who is back since may have been given more.
      if (wids.has(wid) && token === undefined && reservedAt < before) yield { jid, call };
    }
  }

  async sizes(): Promise<StoreSizes> {
    const keys = this.#keys;
    const count = async (command: string, ...parameters: string[]) =>
      Number(await this.#link.call(command, ...parameters));
    const [queues, scheduled, retries, working, dead, workers, processed, failures] =
      await Promise.all([
        this.queues.lengths(),
        count("ZCARD", keys.scheduled),
        count("ZCARD", keys.retries),
        count("ZCARD", keys.working),
        count("ZCARD", keys.dead),
        count("ZCARD", keys.workers),
        count("HGET", keys.counters, "processed"),
        count("HGET", keys.counters, "failures"),
      ] as const);
    return { queues, scheduled, retries, working, dead, workers, processed, failures };
  }

  async flush(): Promise<void> {
    await scripts.flush.run(this.#link, this.#keys, {});
  }

  /** What of this Redis' settings can lose jobs: sentences for the operator. */
  findDangers(): Promise<string[]> {
    return findDangers(this.#link);
  }

  /** Redis' own clock, in epoch milliseconds. */
  async time(): Promise<number> {
    const [seconds, microseconds] = list(await this.#link.call("TIME")).map(text);
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  }

  #commitPush(jobs: NewJob[]): Promise<PushOutcome[]> {
    const now = this.#clock.now();
    const items = jobs.map((job) => ({
      jid: job.jid,
      queue: job.queue,
      band: placeBandOf(job.priority),
      due: job.enqueuedAt === undefined ? (job.at ?? "") : "",
      ties: encodeTies(job, now),
      behalf: encodeBehalf(job.onBehalf),
      record: encodeRecord(headerOf(job), job.text),
    }));
    return scripts.push.run(this.#link, this.#keys, { origin: this.#id, now }, items);
  }

  async #commitReserve(
    requests: ReserveRequest[],
  ): Promise<(HandedOut | scripts.PutAside | typeof LATER | undefined)[]> {
    const call = `${this.#id}:${++this.#calls}`;
    const items = requests.map(({ wid, queues, leaseMs = 0 }) => ({
      wid,
      queues: queues.join(" "),
      lease: leaseMs,
    }));
    try {
      const fixed = { now: this.#clock.now(), call };
      const replies = await scripts.reserve.run(this.#link, this.#keys, fixed, items);
      for (const reply of replies) {
        if (typeof reply !== "object" || !("version" in reply)) continue;
        this.#log.warn({ event: "job.put-aside", ...reply });
      }
      return replies.map((reply, index) => {
        if (reply === LATER && requests[index]?.isExtra) return undefined;
        if (reply === "again") return this.#suggestLook(requests[index]?.queues ?? []);
        return typeof reply === "object" ? Object.assign(reply, { call }) : reply;
      });
    } catch (error) {
      this.#lostHandouts.add(call);
      throw error;
    }
  }

  #commitSnooze(jobs: SnoozedJob[]): ReturnType<typeof scripts.snooze.run> {
    const items = jobs.map(({ jid, dueAt, token = 0 }) => ({ jid, due: dueAt, token }));
    const now = this.#clock.now();
    return scripts.snooze.run(this.#link, this.#keys, { now, day: dayOf(now) }, items);
  }

  /** These queues may have jobs, though none was found. */
  #suggestLook(queues: readonly string[]): undefined {
    for (const queue of queues) this.#notify({ kind: "queue", queue });
  }

  #notify(notice: Notice): void {
    for (const listener of this.#listeners) listener(notice);
  }

  #commitAck(jobs: HeldJob[]): Promise<(AckOutcome | typeof LATER)[]> {
    const items = jobs.map(({ jid, token = 0 }) => ({ jid, token }));
    const now = this.#clock.now();
    return scripts.ack.run(this.#link, this.#keys, { now, day: dayOf(now) }, items);
  }

  #releaseAll(
    items: { jid: string; call: string; token: number }[],
  ): ReturnType<typeof scripts.release.run> {
    const now = this.#clock.now();
    const fixed = { origin: this.#id, now, day: dayOf(now) };
    return scripts.release.run(this.#link, this.#keys, fixed, items);
  }

  #commitComplete(jobs: CompletedJob[]): ReturnType<typeof scripts.complete.run> {
    const items = jobs.map(({ jid, token = 0, forgetAt, result = "" }) => ({
      jid,
      token,
      forgetAt,
      result,
    }));
    const now = this.#clock.now();
    return scripts.complete.run(this.#link, this.#keys, { now, day: dayOf(now) }, items);
  }

  #commitRenew(jobs: HeldJob[]): Promise<RenewOutcome[]> {
    const items = jobs.map(({ jid, token = 0 }) => ({ jid, token }));
    return scripts.renew.run(this.#link, this.#keys, { now: this.#clock.now() }, items);
  }

  #commitFail(jobs: FailedJob[]): ReturnType<typeof scripts.fail.run> {
    const items = jobs.map(({ jid, report, jitter, cause, token = 0, call = "" }) => ({
      jid,
      report: pack(report),
      jitter,
      cause,
      token,
      call,
    }));
    const now = this.#clock.now();
    const fixed = { now, day: dayOf(now) };
    return scripts.fail.run(this.#link, this.#keys, fixed, items);
  }
}

/** What reserve.lua gave, and the name of the call that asked for it. */
type HandedOut = scripts.HandedOut & { call: string };
