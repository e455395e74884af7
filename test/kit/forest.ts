import * as assert from "uvu/assert";
import { CALLBACK_KINDS, type CallbackKind } from "../../protocol/batch.ts";
import type { Job } from "../../protocol/job.ts";
import { BatchModel } from "./batch-model.ts";
import { newJob } from "./engine.ts";
import type { TestStore } from "./store.ts";

/** Something that is done to the batches of a forest; places are in the lists of those that there are. */
export type Step =
  | {
      do: "begin";
      parent: number | undefined;
      kinds: readonly CallbackKind[];
      after: readonly number[];
      afterEnd: readonly number[];
      isHeld: boolean;
    }
  | { do: "push"; batch: number; retry: number; isLater: boolean }
  | { do: "commit" | "cancel" | "retry"; which: number }
  | { do: "ack" | "fail" | "requeue" | "kill" | "discard"; which: number }
  | { do: "ack again" | "push again"; which: number }
  | { do: "fetch" | "remove queue" | "expire" };

type Place =
  | "queue"
  | "working"
  | "scheduled"
  | "held"
  | "retries"
  | "dead"
  | "cancelled"
  | "done"
  | "gone";

interface KnownJob {
  job: Job;
  place: Place;
  failures: number;
  /** In `working`, and to be cancelled when that ends. */
  isCalledOff: boolean;
}

const report = { errtype: "E", message: "m", backtrace: [] };

const EXPIRES_AFTER_MS = 1_800_000;

/** Later than anything that the tests wait for. */
const LATER = Date.UTC(2099, 0, 1);

/** Trees of batches in a store, and what should be known of them. */
export class Forest {
  readonly #world: TestStore;
  readonly #model = new BatchModel();
  readonly #bids: string[] = [];
  readonly #uncommitted = new Set<string>();
  readonly #jobs = new Map<string, KnownJob>();
  readonly #prefix: string;
  #count = 0;

  /** @param number that no other forest of this store has */
  constructor(world: TestStore, number: number) {
    this.#world = world;
    this.#prefix = `${number}-`;
  }

  async take(step: Step): Promise<void> {
    const { store } = this.#world;
    switch (step.do) {
      case "begin":
        return await this.#begin(step);
      case "push":
        return await this.#push(this.#bids[step.batch], step.retry, step.isLater);
      case "commit":
        return await this.#commit(this.#bids[step.which]);
      case "cancel":
        return await this.#cancel(this.#bids[step.which]);
      case "retry":
        return await this.#retry(this.#bids[step.which]);
      case "fetch": {
        const reserved = await store.reserve({ wid: "w", queues: [this.#queue] });
        assert.is(reserved?.jid === undefined, this.#in("queue").length === 0);
        if (reserved !== undefined) this.#place(reserved.jid, "working");
        return;
      }
      case "ack": {
        const jid = this.#in("working")[step.which];
        if (jid === undefined) return;
        const { isCalledOff } = this.#known(jid);
        assert.is(await store.ack({ jid }), isCalledOff ? "cancelled" : "done");
        return isCalledOff ? this.#end(jid, "cancelled", "failed") : this.#end(jid, "done", "done");
      }
      case "ack again": {
        const jid = this.#in("done", "queue", "retries", "gone", "held", "cancelled")[step.which];
        if (jid !== undefined) assert.is(await store.ack({ jid }), "unknown");
        return;
      }
      case "push again":
        return await this.#pushAgain(
          this.#in("queue", "working", "scheduled", "retries", "held")[step.which],
        );
      case "fail":
        return await this.#fail(this.#in("working")[step.which]);
      case "requeue":
        return await this.#requeue(this.#in("retries", "dead", "scheduled", "held")[step.which]);
      case "kill": {
        const jid = this.#in("retries", "scheduled", "held")[step.which];
        if (jid === undefined) return;
        await store.waiting.kill([{ set: this.#set(jid), jid }]);
        return this.#end(jid, "dead", "failed");
      }
      case "discard": {
        const jid = this.#in("retries", "dead", "scheduled", "held")[step.which];
        if (jid === undefined) return;
        await store.waiting.discard([{ set: this.#set(jid), jid }]);
        return this.#end(jid, "gone", "gone");
      }
      case "remove queue": {
        const queued = this.#in("queue");
        await store.queues.remove([this.#queue]);
        while ((await store.waiting.deleteRemoved()) > 0);
        for (const jid of queued) this.#end(jid, "gone", "gone");
        return;
      }
      case "expire":
        return await this.#expire();
    }
  }

  /** Whatever goes on by itself, on whichever broker, until nothing does. */
  async goOn(): Promise<void> {
    const { store, clock } = this.#world;
    let isMore = true;
    while (isMore) {
      isMore = (await store.batches.doChores()).isMore;
      const closed = await store.cancels.closedGroups();
      for (const group of closed) while ((await store.cancels.sweepGroup(group)) > 0);
      // Whoever waited for the end of it is told by a chore.
      if ((await store.cancels.closedGroups()).length < closed.length) isMore = true;
      const due = (await store.waiting.firstDue(clock.now())).filter(({ at }) => at <= clock.now());
      if (due.length > 0) await store.waiting.enqueue(due, clock.now());
      if (due.length > 0) isMore = true;
      for (const { jid } of due) if (this.#jobs.has(jid)) this.#place(jid, "queue");
    }
  }

  /** The store tells of every batch what the model does, and has called whom it has. */
  async compare(): Promise<void> {
    const { store } = this.#world;
    for (const jid of this.#model.called.splice(0)) {
      // It may have been called and called off in one step.
      if (["gone", "done"].includes(this.#known(jid).place)) this.#call(jid);
    }
    const found = await Promise.all(this.#bids.map((bid) => store.batches.find(bid)));
    for (const [index, bid] of this.#bids.entries()) {
      const status = found[index];
      const expected = this.#model.statusOf(bid);
      if (status === undefined || expected === undefined) {
        assert.is(status, expected);
        continue;
      }
      const { state, total, pending, failed, gone, callbacks } = status;
      assert.equal({ state, total, pending, failed, gone, callbacks }, expected, bid);
    }
    const { queues } = await store.sizes();
    assert.is(queues.get(this.#queue) ?? 0, this.#in("queue").length);
  }

  async #begin(step: Extract<Step, { do: "begin" }>): Promise<void> {
    const parent = step.parent === undefined ? undefined : this.#bids[step.parent];
    const named = (places: readonly number[]) => [
      ...new Set(places.flatMap((place) => this.#bids[place] ?? [])),
    ];
    const [after, afterEnd] = [named(step.after), named(step.afterEnd)];
    const bid = `b-${this.#prefix}${this.#count++}`;
    const jids = Object.fromEntries(step.kinds.map((kind) => [kind, `${bid}-${kind}`]));
    const jobs = step.kinds.map((kind) => [kind, this.#job(`${bid}-${kind}`, 1)] as const);
    const isThere = [parent, ...after, ...afterEnd].every(
      (other) => other === undefined || this.#model.statusOf(other) !== undefined,
    );
    const begun = await this.#world.store.batches.begin({
      bid,
      parent,
      description: "",
      callbacks: Object.fromEntries(jobs.map(([kind, job]) => [kind, { job, spare: undefined }])),
      after,
      afterEnd,
      isHeld: step.isHeld,
      expiresAt: this.#world.clock.now() + EXPIRES_AFTER_MS,
    });
    const isClosed = this.#model.isCancelled(parent);
    const isAround = [...after, ...afterEnd].some((other) => this.#model.isAround(other, parent));
    const conditions = [
      ...after.map((bid) => ({ moment: "success", bid }) as const),
      ...afterEnd.map((bid) => ({ moment: "end", bid }) as const),
    ];
    const isCircle = this.#model.isCircle(conditions, parent);
    const refusal = isAround ? "around" : isClosed ? "closed" : isCircle ? "circle" : undefined;
    assert.is(begun.kind, isThere ? (refusal ?? "begun") : "no batch");
    if (begun.kind !== "begun") return;
    for (const [, job] of jobs) this.#add(job, "gone");
    this.#bids.push(bid);
    this.#uncommitted.add(bid);
    this.#model.begin(bid, { parent, jids, after, afterEnd, isHeld: step.isHeld });
  }

  async #commit(bid: string | undefined): Promise<void> {
    if (bid === undefined) return;
    assert.is(await this.#world.store.batches.commit(bid), this.#model.commit(bid));
    this.#uncommitted.delete(bid);
    this.#release();
  }

  async #cancel(bid: string | undefined): Promise<void> {
    if (bid === undefined) return;
    const { store, clock } = this.#world;
    const isThere = this.#model.statusOf(bid) !== undefined;
    const expected = this.#model.mayCancel(bid) ? "called off" : isThere ? "won" : undefined;
    assert.is(await store.batches.cancel(bid, { at: clock.now() }), expected);
    if (expected === "called off") this.#callOff(this.#model.cancel(bid));
  }

  async #retry(bid: string | undefined): Promise<void> {
    if (bid === undefined) return;
    const mayBe = this.#model.mayRetry(bid);
    const { kind } = await this.#world.store.batches.retry(bid);
    assert.is(kind === "retried", mayBe);
    if (!mayBe) return;
    for (const one of this.#model.retry(bid)) {
      for (const jid of this.#jobsOf(one)) {
        const { place } = this.#known(jid);
        if (place !== "dead" && place !== "cancelled") continue;
        this.#place(jid, this.#model.isWaiting(one) ? "held" : "queue");
        this.#model.revive(jid);
      }
    }
    this.#model.conclude();
    this.#release();
  }

  /** These batches were: what waits of them is cancelled now, and what runs when it ends. */
  #callOff(bids: readonly string[]): void {
    for (const bid of bids) {
      this.#uncommitted.delete(bid);
      for (const jid of this.#jobsOf(bid)) {
        const known = this.#known(jid);
        if (known.place === "working") known.isCalledOff = true;
        if (["queue", "scheduled", "retries", "held"].includes(known.place)) {
          this.#end(jid, "cancelled", "failed");
        }
      }
    }
    this.#release();
  }

  async #expire(): Promise<void> {
    this.#world.clock.advance(EXPIRES_AFTER_MS);
    const expired = (await this.#expireAll()).filter((bid) => this.#bids.includes(bid));
    for (const bid of expired) assert.ok(this.#uncommitted.has(bid));
    for (const bid of expired) this.#callOff(this.#model.expire(bid));
    this.#callOff(this.#model.forsake());
    this.#uncommitted.clear();
  }

  /** Those that trees before this one have left are among them. */
  async #expireAll(): Promise<string[]> {
    const expired: string[] = [];
    let some: string[];
    do {
      some = await this.#world.store.batches.expire();
      expired.push(...some);
    } while (some.length > 0);
    return expired;
  }

  async #push(bid: string | undefined, retry: number, isLater: boolean): Promise<void> {
    if (bid === undefined) return;
    const jid = `${this.#prefix}job-${this.#count++}`;
    const job = { ...this.#job(jid, retry), batch: bid, ...(isLater && { at: LATER }) };
    const outcome = await this.#world.store.push(isLater ? job : { ...job, enqueuedAt: 1 });
    const isThere = this.#model.statusOf(bid) !== undefined;
    const expected = this.#model.isCancelled(bid) ? "batch cancelled" : "stored";
    const kind = typeof outcome === "string" ? outcome : outcome.kind;
    assert.is(kind, isThere ? expected : "no batch");
    if (kind !== "stored") return;
    this.#add(job, this.#model.isWaiting(bid) ? "held" : isLater ? "scheduled" : "queue");
    this.#model.join(bid, jid);
  }

  async #pushAgain(jid: string | undefined): Promise<void> {
    const known = jid === undefined ? undefined : this.#known(jid);
    // A callback is nothing that a client pushes; and what is called off is refused for that.
    const bid = known?.job.batch;
    if (known === undefined || bid === undefined || known.isCalledOff) return;
    if (this.#model.isCancelled(bid) || this.#model.statusOf(bid) === undefined) return;
    assert.is(await this.#world.store.push({ ...known.job, enqueuedAt: 1 }), "live");
  }

  async #fail(jid: string | undefined): Promise<void> {
    if (jid === undefined) return;
    const known = this.#known(jid);
    const { retry } = known.job;
    const outcome = await this.#world.store.fail({ jid, report, jitter: 0, cause: "reported" });
    if (known.isCalledOff) {
      assert.is(outcome.kind, "cancelled");
      return this.#end(jid, "cancelled", "failed");
    }
    const failures = known.failures++;
    if (retry === 0) {
      assert.is(outcome.kind, "discarded");
      this.#end(jid, "gone", "gone");
    } else if (failures < retry) {
      assert.is(outcome.kind, "retried");
      this.#end(jid, "retries", "failed");
    } else {
      assert.is(outcome.kind, "died");
      this.#end(jid, "dead", "failed");
    }
  }

  async #requeue(jid: string | undefined): Promise<void> {
    if (jid === undefined) return;
    const { place, job } = this.#known(jid);
    const set = this.#set(jid);
    await this.#world.store.waiting.enqueue([{ set, jid }], Number.POSITIVE_INFINITY);
    const bid = job.batch ?? this.#batchOfCallback(jid);
    const isDeath = jid.endsWith("-death");
    const isKept = place === "dead" && !isDeath && this.#model.isCancelled(bid);
    const isHeld = place === "held" || (place === "dead" && this.#model.isWaiting(bid ?? ""));
    if (isKept || isHeld) return;
    this.#place(jid, "queue");
    if (place === "dead") this.#model.revive(jid);
    this.#release();
  }

  #end(jid: string, place: Place, outcome: "failed" | "done" | "gone"): void {
    this.#place(jid, place);
    this.#known(jid).isCalledOff = false;
    if (place === "cancelled") this.#model.noteCancelled(jid);
    else this.#model.note(jid, outcome, place !== "retries");
    this.#release();
  }

  /** What batches held that have started since. */
  #release(): void {
    for (const [jid, { place, job }] of this.#jobs) {
      const bid = job.batch ?? this.#batchOfCallback(jid);
      if (place !== "held" || bid === undefined || this.#model.isWaiting(bid)) continue;
      this.#place(jid, job.at === undefined ? "queue" : "scheduled");
    }
  }

  #jobsOf(bid: string): string[] {
    const own = [...this.#jobs].filter(([, { job }]) => job.batch === bid).map(([jid]) => jid);
    const callbacks = CALLBACK_KINDS.filter((kind) => kind !== "death").map(
      (kind) => `${bid}-${kind}`,
    );
    const called = new Set(this.#model.called.splice(0));
    for (const jid of called) this.#call(jid);
    return [...own, ...callbacks.filter((jid) => this.#jobs.has(jid))];
  }

  /** It is another one each time. */
  #call(jid: string): void {
    Object.assign(this.#known(jid), { place: "queue", failures: 0 });
  }

  #batchOfCallback(jid: string): string | undefined {
    return this.#bids.find((bid) => CALLBACK_KINDS.some((kind) => jid === `${bid}-${kind}`));
  }

  #job(jid: string, retry: number): Job {
    return newJob(jid, { queue: this.#queue, retry });
  }

  get #queue(): string {
    return `q${this.#prefix}`;
  }

  #add(job: Job, place: Place): void {
    this.#jobs.set(job.jid, { job, place, failures: 0, isCalledOff: false });
  }

  #known(jid: string): KnownJob {
    const known = this.#jobs.get(jid);
    if (known === undefined) throw new Error(`nobody knows ${jid}`);
    return known;
  }

  #place(jid: string, place: Place): void {
    this.#known(jid).place = place;
  }

  #in(...places: Place[]): string[] {
    return [...this.#jobs].filter(([, { place }]) => places.includes(place)).map(([jid]) => jid);
  }

  #set(jid: string): "scheduled" | "retries" | "dead" {
    const { place } = this.#known(jid);
    if (place === "held") return "scheduled";
    if (place === "scheduled" || place === "retries" || place === "dead") return place;
    throw new Error(`${jid} waits in no set`);
  }
}
