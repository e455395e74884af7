import { CALLBACK_KINDS, type CallbackKind } from "../../protocol/batch.ts";
import type { Cancel } from "../../protocol/cancel.ts";
import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import type { Job } from "../../protocol/job.ts";
import type { Clock } from "../clock.ts";
import * as scripts from "./batch-scripts.ts";
import { BATCH_FIELDS, readBatch } from "./batch-status.ts";
import type {
  BatchList,
  BatchStore,
  BeginOutcome,
  CommitOutcome,
  ListPlace,
  NewBatch,
  RetryBatchOutcome,
} from "./batch-store.ts";
import { encodeBehalf } from "./behalf.ts";
import { type Keys, placeBandOf } from "./keys.ts";
import { encodeRecord, headerOf, pack } from "./record.ts";
import type { RedisLink } from "./redis-link.ts";
import { bytes, list, pairs, text } from "./redis-reply.ts";
import { encodeTies } from "./ties.ts";

/** How many batches, or jobs, one call touches: Redis is kept from other work for about a millisecond. */
const STEP = 100;

/** Of what ends batches, each of which may concern those around it. */
const FEW = 20;

const FIELD_ITEMS = BATCH_FIELDS.map((field) => ({ field }));

export class RedisBatches implements BatchStore {
  readonly #link: RedisLink;
  readonly #keys: Keys;
  readonly #clock: Clock;

  constructor(link: RedisLink, keys: Keys, clock: Clock) {
    this.#link = link;
    this.#keys = keys;
    this.#clock = clock;
  }

  begin(batch: NewBatch): Promise<BeginOutcome> {
    const { bid, parent = "", key, callbacks, expiresAt } = batch;
    const now = this.#clock.now();
    const fixed = {
      now,
      expiresAt,
      bid,
      parent,
      after: encodePredecessors(batch),
      key: key?.name ?? "",
      overlap: key?.overlap ?? "",
      described: describe(batch),
      behalf: encodeBehalf(batch.onBehalf),
    };
    const items = CALLBACK_KINDS.flatMap((kind) => {
      const callback = callbacks[kind];
      return callback === undefined ? [] : [asItem(kind, callback, now)];
    });
    return scripts.beginBatch.run(this.#link, this.#keys, fixed, items);
  }

  commit(bid: string): Promise<CommitOutcome> {
    return scripts.commitBatch.run(this.#link, this.#keys, { now: this.#clock.now(), bid });
  }

  async find(bid: string): Promise<BatchStatus | undefined> {
    const found = await scripts.findBatch.run(this.#link, this.#keys, { bid }, FIELD_ITEMS);
    return readBatch(bid, found);
  }

  async children(bid: string, after: number, limit: number) {
    const key = `${this.#keys.batch}${bid}:children`;
    const range = [`(${after}`, "+inf", "WITHSCORES", "LIMIT", "0", String(limit)];
    const reply = await this.#link.call("ZRANGEBYSCORE", key, ...range);
    return pairs(reply).map(([child, place]) => ({ bid: child, place: Number(place) }));
  }

  async list(which: BatchList, before: ListPlace | undefined, limit: number): Promise<ListPlace[]> {
    const key = `${this.#keys.batch}list:${nameOf(which)}`;
    const found: ListPlace[] = [];
    // Those of the very same moment go by their names; of these, what comes before the place is passed over.
    let offset = 0;
    while (found.length < limit) {
      const range = [before ? String(before.createdAt) : "+inf", "-inf", "WITHSCORES", "LIMIT"];
      const page = [String(offset), String(limit)];
      const reply = await this.#link.call("ZREVRANGEBYSCORE", key, ...range, ...page);
      const places = pairs(reply).map(([bid, at]) => ({ bid, createdAt: Number(at) }));
      found.push(...places.filter((place) => isBehind(place, before)));
      if (places.length < limit) break;
      offset += limit;
    }
    return found.slice(0, limit);
  }

  async results(bid: string, cursor: string) {
    const key = `${this.#keys.batch}${bid}:results`;
    const reply = await this.#link.call("HSCAN", key, cursor, "COUNT", STEP);
    const [next, found] = list(reply);
    return { results: pairs(found), cursor: text(next) };
  }

  cancel(bid: string, { at, reason = "", by = "" }: Cancel) {
    return scripts.cancelBatch.run(this.#link, this.#keys, { now: at, bid, reason, by });
  }

  retry(bid: string): Promise<RetryBatchOutcome> {
    return scripts.retryBatch.run(this.#link, this.#keys, { now: this.#clock.now(), bid });
  }

  async doChores(): Promise<{ isMore: boolean; areJobsDue: boolean }> {
    const reply = await this.#link.call("ZRANGE", `${this.#keys.batch}chores`, 0, STEP - 1);
    const chores = list(reply).map(text);
    const outcomes = await Promise.all(chores.map((chore) => this.#doChore(chore)));
    return {
      // What one has done may be another's beginning.
      isMore: outcomes.some((outcome) => outcome !== undefined),
      areJobsDue: outcomes.includes(true),
    };
  }

  expire(): Promise<string[]> {
    const fixed = { now: this.#clock.now(), limit: FEW };
    return scripts.expireBatches.run(this.#link, this.#keys, fixed);
  }

  expireDeadlines() {
    const fixed = { now: this.#clock.now(), limit: FEW };
    return scripts.expireDeadlines.run(this.#link, this.#keys, fixed);
  }

  forget(endedBefore: number): Promise<number> {
    const fixed = { endedBefore, limit: FEW, now: this.#clock.now() };
    return scripts.forgetBatches.run(this.#link, this.#keys, fixed);
  }

  /** A step of one. Resolves with whether jobs are due by it; undefined for one that it does not know. */
  async #doChore(chore: string): Promise<boolean | undefined> {
    const [verb, ...words] = chore.split(" ");
    const [now, bid] = [this.#clock.now(), words.at(-1) ?? ""];
    const fixed = { now, bid, limit: FEW };
    switch (verb) {
      case "tell":
        await scripts.tellFollowers.run(this.#link, this.#keys, {
          ...fixed,
          moment: words[0] ?? "",
        });
        return false;
      case "release":
        await scripts.releaseHeld.run(this.#link, this.#keys, { ...fixed, limit: STEP });
        return true;
      case "free":
        await scripts.freeChildren.run(this.#link, this.#keys, { bid, limit: STEP });
        return false;
      case "settle":
        await scripts.settleBatch.run(this.#link, this.#keys, { now, bid });
        return false;
      case "close":
        await scripts.closeChildren.run(this.#link, this.#keys, fixed);
        return false;
      case "retry":
        await scripts.retryMembers.run(this.#link, this.#keys, fixed);
        return true;
      default:
        // A newer broker's, which does it itself.
        return undefined;
    }
  }
}

function nameOf(which: BatchList): string {
  if (which === "roots") return "";
  return "key" in which ? `key:${which.key}` : `tag:${which.tag}`;
}

function isBehind(place: ListPlace, before: ListPlace | undefined): boolean {
  if (before === undefined || place.createdAt < before.createdAt) return true;
  return Buffer.compare(Buffer.from(place.bid), Buffer.from(before.bid)) < 0;
}

function encodePredecessors({ after = [], afterEnd = [] }: NewBatch): string {
  return [...after.map((bid) => `success:${bid}`), ...afterEnd.map((bid) => `end:${bid}`)].join(
    " ",
  );
}

/** Numbers as texts, since Lua would write large ones otherwise; and bytes, which it can't unpack. */
function describe({ description, meta, tags, isHeld, timeoutSeconds }: NewBatch): Buffer {
  return pack({
    description,
    ...(meta && { meta: meta.toString() }),
    ...(tags && { tags }),
    ...(isHeld && { isHeld }),
    ...(timeoutSeconds !== undefined && { timeoutMs: String(Math.ceil(timeoutSeconds * 1_000)) }),
  });
}

function asItem(
  kind: CallbackKind,
  { job, spare }: { job: Job; spare: Job | undefined },
  now: number,
) {
  return {
    kind,
    jid: job.jid,
    record: recordOf(job),
    spareJid: spare?.jid ?? "",
    spareRecord: spare === undefined ? "" : recordOf(spare),
    queue: job.queue,
    band: placeBandOf(job.priority),
    ties: encodeTies(job, now),
  };
}

function recordOf(job: Job): Buffer {
  return bytes(encodeRecord(headerOf(job), job.text));
}
