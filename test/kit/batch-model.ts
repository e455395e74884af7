import {
  type BatchState,
  CALLBACK_KINDS,
  type CallbackKind,
  type CallbackState,
} from "../../protocol/batch.ts";

/** What a batch should tell of itself. */
export interface ModelStatus {
  state: BatchState;
  total: number;
  pending: number;
  failed: number;
  gone: number;
  callbacks: Record<CallbackKind, CallbackState>;
}

/** What a batch waits for: another one's moment, or its own commit. */
export type Condition = { moment: "start" | "success" | "end"; bid: string } | { moment: "commit" };

type Outcome = "none" | "failed" | "done" | "gone";

interface ModelCallback {
  jid: string;
  state: CallbackState;
  /** It died, or was deleted or cancelled. */
  isLost: boolean;
  /** It was deleted. */
  isGone: boolean;
}

interface ModelBatch {
  parent: string | undefined;
  isGated: boolean;
  waitsFor: Condition[];
  isCommitted: boolean;
  isCompleted: boolean;
  hasSucceeded: boolean;
  isWon: boolean;
  hasFailed: boolean;
  cancellation: "none" | "cancelling" | "cancelled";
  /** Its jobs and its callbacks that wait or run; not who is called since it has failed. */
  live: Set<string>;
  outcomes: Map<string, Outcome>;
  /** Of these those that have failed only since they were called off. */
  untried: Set<string>;
  callbacks: Partial<Record<CallbackKind, ModelCallback>>;
}

export interface ModelBegin {
  parent: string | undefined;
  jids: Partial<Record<CallbackKind, string>>;
  after: readonly string[];
  afterEnd: readonly string[];
  isHeld: boolean;
}

/**
 * Batches as the specification has them, concluded anew from everything that has happened after each
 * step: too simple to be fast, or wrong.
 */
export class BatchModel {
  readonly batches = new Map<string, ModelBatch>();
  /** Callbacks that have been called, and the tests have not looked at yet. */
  readonly called: string[] = [];

  begin(bid: string, { parent, jids, after, afterEnd, isHeld }: ModelBegin): void {
    const callbacks: ModelBatch["callbacks"] = {};
    for (const kind of CALLBACK_KINDS) {
      const jid = jids[kind];
      if (jid !== undefined) callbacks[kind] = { jid, state: "", isLost: false, isGone: false };
    }
    const wanted: Condition[] = [
      ...after.map((other) => ({ moment: "success" as const, bid: other })),
      ...afterEnd.map((other) => ({ moment: "end" as const, bid: other })),
      ...(parent === undefined ? [] : [{ moment: "start" as const, bid: parent }]),
    ];
    const left = wanted.filter((condition) => !this.#isMet(bid, condition));
    const isGated = isHeld || after.length > 0 || afterEnd.length > 0 || left.length > 0;
    this.batches.set(bid, {
      parent,
      isGated,
      waitsFor: isGated ? [...left, { moment: "commit" }] : [],
      isCommitted: false,
      isCompleted: false,
      hasSucceeded: false,
      isWon: false,
      hasFailed: false,
      cancellation: "none",
      live: new Set(),
      outcomes: new Map(),
      untried: new Set(),
      callbacks,
    });
  }

  join(bid: string, jid: string): void {
    const batch = this.batches.get(bid);
    batch?.outcomes.set(jid, "none");
    batch?.live.add(jid);
  }

  /** Whether a job that joins it now is held. */
  isWaiting(bid: string): boolean {
    return (this.batches.get(bid)?.waitsFor.length ?? 0) > 0;
  }

  /** Whether it, or one around it, was called off. */
  isCancelled(bid: string | undefined): boolean {
    const batch = this.#find(bid);
    if (batch === undefined) return false;
    return batch.cancellation !== "none" || this.isCancelled(batch.parent);
  }

  isAround(bid: string, other: string | undefined): boolean {
    return other !== undefined && (bid === other || this.isAround(bid, this.#find(other)?.parent));
  }

  /** Whether one of these, when it is still to be waited for, can't end before a batch does that is in `parent`. */
  isCircle(others: readonly Condition[], parent: string | undefined): boolean {
    const starting = new Set<string>();
    const ending = new Set([...this.batches.keys()].filter((bid) => this.isAround(bid, parent)));
    for (let before = -1; before < starting.size + ending.size; ) {
      before = starting.size + ending.size;
      for (const [bid, batch] of this.batches) {
        const isHeldUp = batch.waitsFor.some((condition) =>
          condition.moment === "start"
            ? starting.has(condition.bid)
            : condition.moment !== "commit" && ending.has(condition.bid),
        );
        if (isHeldUp) starting.add(bid);
        if (starting.has(bid)) ending.add(bid);
        if (ending.has(bid) && batch.parent !== undefined) ending.add(batch.parent);
      }
    }
    return others.some(
      (condition) =>
        condition.moment !== "commit" && ending.has(condition.bid) && !this.#isMet("", condition),
    );
  }

  /** @returns what is answered */
  commit(bid: string): "committed" | "cancelled" | "no batch" {
    const batch = this.batches.get(bid);
    if (batch === undefined) return "no batch";
    if (!batch.isCommitted && batch.cancellation !== "none") return "cancelled";
    batch.isCommitted = true;
    this.conclude();
    return "committed";
  }

  /** Nobody has committed it in time. */
  expire(bid: string): string[] {
    const batch = this.batches.get(bid);
    if (batch?.isGated) {
      batch.parent = undefined;
      return this.cancel(bid);
    }
    this.batches.delete(bid);
    this.conclude();
    return [];
  }

  /** Calls off what waits for batches that are there no longer; the bids of these. */
  forsake(): string[] {
    const forsaken = [...this.batches].filter(([, batch]) => this.#isForsaken(batch));
    return forsaken.flatMap(([bid]) => this.cancel(bid));
  }

  /** The bids of those that are called off by it. */
  cancel(bid: string): string[] {
    const closed = this.#close(bid);
    for (const one of closed) this.#fail(this.batches.get(one));
    this.conclude();
    return closed;
  }

  mayCancel(bid: string): boolean {
    const batch = this.batches.get(bid);
    return batch !== undefined && !(batch.isWon && this.#hasEnded(batch, bid));
  }

  mayRetry(bid: string): boolean {
    const batch = this.batches.get(bid);
    if (batch === undefined || batch.cancellation === "cancelling") return false;
    return batch.isCommitted && !this.#isForsaken(batch) && !this.isCancelled(batch.parent);
  }

  /** The bids of those that are tried again with it. */
  retry(bid: string): string[] {
    const batch = this.batches.get(bid);
    if (batch === undefined || batch.cancellation === "cancelling") return [];
    batch.cancellation = "none";
    batch.hasFailed = false;
    const { complete, success, death } = batch.callbacks;
    if (complete?.isGone) batch.isCompleted = false;
    if (success?.isGone) batch.hasSucceeded = false;
    for (const callback of [complete, success, death]) {
      const isHeard = callback === death && callback?.state === "2";
      if (callback?.isGone || isHeard) takeBack(callback);
    }
    const mayGoOn = (child: ModelBatch) =>
      child.isCommitted && !this.#isForsaken(child) && child.cancellation !== "cancelling";
    const children = this.#childrenOf(bid).filter(
      ([, child]) => !child.isWon || count(child, "failed") + count(child, "gone") > 0,
    );
    const retried = children.filter(([, child]) => mayGoOn(child));
    // The others stay as they are.
    if (children.some(([, child]) => !mayGoOn(child) && child.hasFailed)) this.#fail(batch);
    return [bid, ...retried.flatMap(([child]) => this.retry(child))];
  }

  /** A job that had ended is to run after all. */
  revive(jid: string): void {
    for (const batch of this.batches.values()) {
      if (batch.outcomes.has(jid)) batch.live.add(jid);
      if (batch.untried.delete(jid)) batch.outcomes.set(jid, "none");
      for (const kind of CALLBACK_KINDS) {
        const callback = batch.callbacks[kind];
        if (callback?.jid !== jid) continue;
        callback.isLost = false;
        if (kind !== "death") batch.live.add(jid);
      }
    }
    this.conclude();
  }

  /** A job was called off. */
  noteCancelled(jid: string): void {
    for (const { outcomes, untried } of this.batches.values()) {
      if (outcomes.get(jid) === "none") untried.add(jid);
    }
    this.note(jid, "failed", true);
  }

  /** A job has come to an outcome; to its last, unless somebody does something about it. */
  note(jid: string, outcome: Exclude<Outcome, "none">, isLast: boolean): void {
    for (const batch of this.batches.values()) {
      if (isLast) batch.live.delete(jid);
      const before = batch.outcomes.get(jid);
      if (before !== undefined) batch.outcomes.set(jid, outcome);
      if (before !== undefined && isLast && outcome !== "done") this.#fail(batch);
      for (const kind of CALLBACK_KINDS) {
        const callback = batch.callbacks[kind];
        if (callback?.jid !== jid) continue;
        if (outcome === "done") Object.assign(callback, { state: "2", isLost: false });
        else if (isLast) Object.assign(callback, { isLost: true, isGone: outcome === "gone" });
        if (outcome !== "done" && isLast && kind !== "death") this.#fail(batch);
      }
    }
    this.conclude();
  }

  statusOf(bid: string): ModelStatus | undefined {
    const batch = this.batches.get(bid);
    if (batch === undefined) return undefined;
    const states = CALLBACK_KINDS.map((kind) => [kind, batch.callbacks[kind]?.state ?? ""]);
    return {
      state: this.#stateOf(batch, bid),
      total: batch.outcomes.size,
      pending: count(batch, "none"),
      failed: count(batch, "failed") + count(batch, "gone"),
      gone: count(batch, "gone"),
      callbacks: Object.fromEntries(states) as ModelStatus["callbacks"],
    };
  }

  #stateOf(batch: ModelBatch, bid: string): BatchState {
    if (batch.cancellation !== "none") return batch.cancellation;
    if (!batch.isCommitted) return "open";
    if (batch.waitsFor.length > 0) return "waiting";
    if (this.#isActive(batch, bid)) return "running";
    if (batch.isWon) return "success";
    return batch.hasFailed ? "blocked" : "running";
  }

  #isForsaken({ waitsFor }: ModelBatch): boolean {
    return waitsFor.some(
      (condition) => condition.moment !== "commit" && !this.batches.has(condition.bid),
    );
  }

  #find(bid: string | undefined): ModelBatch | undefined {
    return bid === undefined ? undefined : this.batches.get(bid);
  }

  #childrenOf(bid: string): [string, ModelBatch][] {
    return [...this.batches].filter(([, { parent }]) => parent === bid);
  }

  #isActive(batch: ModelBatch, bid: string): boolean {
    if (batch.waitsFor.length === 0 && batch.live.size > 0) return true;
    return this.#childrenOf(bid).some(([child, one]) => this.#isActive(one, child));
  }

  #isOver(batch: ModelBatch): boolean {
    const { complete, success } = batch.callbacks;
    if (batch.cancellation === "cancelled") return true;
    return batch.isCompleted && isEnded(complete) && (!batch.hasSucceeded || isEnded(success));
  }

  #isMet(own: string, condition: Condition): boolean {
    if (condition.moment === "commit") return this.batches.get(own)?.isCommitted === true;
    const other = this.batches.get(condition.bid);
    if (other === undefined) return false;
    switch (condition.moment) {
      case "start":
        return other.waitsFor.length === 0;
      case "success":
        return other.isWon;
      case "end":
        return this.#hasEnded(other, condition.bid);
    }
  }

  #hasEnded(batch: ModelBatch, bid: string): boolean {
    const { death } = batch.callbacks;
    if (!this.#isOver(batch) || this.#isActive(batch, bid)) return false;
    if (death?.state === "1" && !death.isLost) return false;
    return this.#childrenOf(bid).every(([own, child]) => this.#hasEnded(child, own));
  }

  #close(bid: string): string[] {
    const batch = this.batches.get(bid);
    if (batch === undefined || batch.cancellation !== "none") return [];
    if (batch.isWon && this.#hasEnded(batch, bid)) return [];
    batch.cancellation = "cancelling";
    return [bid, ...this.#childrenOf(bid).flatMap(([child]) => this.#close(child))];
  }

  /** Nobody tries again by himself what it needs. */
  #fail(batch: ModelBatch | undefined): void {
    if (batch === undefined || batch.hasFailed) return;
    batch.hasFailed = true;
    const isCalledOff = batch.cancellation !== "none" || this.isCancelled(batch.parent);
    if (!isCalledOff) this.#call(batch, "death");
    this.#fail(this.#find(batch.parent));
  }

  /** All that follows from what there is. */
  conclude(): void {
    do {
      while (this.#concludeEach());
    } while (this.#passGates());
  }

  /** From the inside out: whether a batch is over is known when its own callbacks have been called. */
  #concludeEach(): boolean {
    let hasChanged = false;
    for (const [bid, batch] of [...this.batches].toReversed()) {
      const before = fingerprint(batch);
      if (batch.cancellation === "cancelling") this.#endCancellation(bid, batch);
      else if (batch.isCommitted && batch.cancellation === "none") this.#concludeOne(bid, batch);
      if (fingerprint(batch) !== before) hasChanged = true;
    }
    return hasChanged;
  }

  #passGates(): boolean {
    let hasChanged = false;
    for (const [bid, batch] of this.batches) {
      const left = batch.waitsFor.filter((condition) => !this.#isMet(bid, condition));
      if (left.length < batch.waitsFor.length) hasChanged = true;
      batch.waitsFor = left;
    }
    return hasChanged;
  }

  #endCancellation(bid: string, batch: ModelBatch): void {
    const children = this.#childrenOf(bid).map(([, child]) => child);
    if (batch.live.size > 0 || children.some((child) => child.cancellation === "cancelling"))
      return;
    batch.cancellation = "cancelled";
  }

  #concludeOne(bid: string, batch: ModelBatch): void {
    const children = this.#childrenOf(bid).map(([, child]) => child);
    const { complete, success } = batch.callbacks;
    const isIdle = count(batch, "none") === 0 && batch.waitsFor.length === 0;
    if (!batch.isCompleted && isIdle && children.every((child) => this.#isOver(child))) {
      batch.isCompleted = true;
      this.#call(batch, "complete");
    }
    const isWhole = count(batch, "failed") + count(batch, "gone") === 0;
    const mayWin = isIdle && isWhole && children.every(({ isWon }) => isWon) && isDone(complete);
    if (batch.isCompleted && !batch.hasSucceeded && mayWin) {
      batch.hasSucceeded = true;
      this.#call(batch, "success");
    }
    batch.isWon ||= batch.hasSucceeded && isDone(success);
  }

  #call(batch: ModelBatch, kind: CallbackKind): void {
    const callback = batch.callbacks[kind];
    if (callback === undefined || callback.state !== "") return;
    callback.state = "1";
    if (kind !== "death") batch.live.add(callback.jid);
    this.called.push(callback.jid);
  }
}

/** What conclusions change. */
function fingerprint(batch: ModelBatch): string {
  const { isCompleted, hasSucceeded, isWon, cancellation } = batch;
  return [isCompleted, hasSucceeded, isWon, cancellation].join();
}

/** It is as if it had not been called. */
function takeBack(callback: ModelCallback): void {
  Object.assign(callback, { state: "", isLost: false, isGone: false });
}

function isDone(callback: ModelCallback | undefined): boolean {
  return callback === undefined || callback.state === "2";
}

function isEnded(callback: ModelCallback | undefined): boolean {
  return isDone(callback) || callback?.isLost === true;
}

function count({ outcomes }: ModelBatch, wanted: Outcome): number {
  return [...outcomes.values()].filter((outcome) => outcome === wanted).length;
}
