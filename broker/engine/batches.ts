import { randomBytes } from "node:crypto";
import { CALLBACK_KINDS } from "../../protocol/batch.ts";
import { noSuchBatch } from "../../protocol/bid.ts";
import { parseCallback } from "../../protocol/callback-job.ts";
import type { BatchListRequest } from "../../protocol/commands/batch-list.ts";
import type { BatchRequest } from "../../protocol/commands/batch-new.ts";
import type { BatchStatus } from "../../protocol/commands/batch-status.ts";
import { CommandError, echo } from "../../protocol/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { BatchStore, ListPlace, NewBatch, Store } from "../store/store.ts";
import { type BatchTree, readBatchTree } from "./batch-tree.ts";
import { cancelledBatch } from "./cancelled-job.ts";
import { overlap, refusedBatch } from "./refused-batch.ts";

/** FWP: so long a batch that is not committed is kept. */
const UNCOMMITTED_MS = 30 * 60 * 1_000;

/** As long as a cancelled job, so that whoever misses what became of it can still see it. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

/** Jobs whose ends are counted together, and the jobs that are called then. FWP: BATCH. */
export class Batches {
  readonly #store: Store;
  readonly #batches: BatchStore;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(store: Store, clock: Clock, log: Logger) {
    this.#store = store;
    this.#batches = store.batches;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves with the bid. */
  async begin(request: BatchRequest): Promise<string> {
    const bid = `b-${createId()}`;
    const now = this.#clock.now();
    const callbacks: NewBatch["callbacks"] = {};
    for (const kind of CALLBACK_KINDS) {
      const text = request.callbacks[kind];
      if (text === undefined) continue;
      const belongings = { kind, bid, parent: request.parent, jid: createId() };
      const job = parseCallback(text, belongings, now);
      const spare = parseCallback(text, { ...belongings, jid: createId(), isOwnJid: true }, now);
      callbacks[kind] = { job, spare };
    }
    const expiresAt = now + UNCOMMITTED_MS;
    const outcome = await this.#batches.begin({ ...request, bid, callbacks, expiresAt });
    if (outcome.kind !== "begun") throw await refusedBatch(this.#store, request, outcome);
    return bid;
  }

  /** FWP: a batch takes jobs again at any time, so there is nothing to be opened; unless it was called off. */
  async open(bid: string): Promise<void> {
    const { state, cancel } = await this.status(bid);
    const isCancelled = state === "cancelling" || state === "cancelled";
    if (isCancelled && cancel !== undefined) throw cancelledBatch(bid, cancel);
  }

  async commit(bid: string): Promise<void> {
    const outcome = await this.#batches.commit(bid);
    if (outcome === "no batch") throw noSuchBatch(bid);
    // It says why.
    if (outcome === "cancelled") await this.open(bid);
  }

  async status(bid: string): Promise<BatchStatus> {
    const status = await this.#batches.find(bid);
    if (status === undefined) throw noSuchBatch(bid);
    return status;
  }

  async tree(bid: string): Promise<BatchTree> {
    const tree = await readBatchTree(this.#batches, bid);
    if (tree === undefined) throw noSuchBatch(bid);
    return tree;
  }

  /** The youngest first, and where to go on, if there are more. */
  async list({ key, tag, cursor, count }: BatchListRequest): Promise<BatchPage> {
    const which = key !== undefined ? { key } : tag !== undefined ? { tag } : "roots";
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const places = await this.#batches.list(which, before, count);
    const found = await Promise.all(places.map(({ bid }) => this.#batches.find(bid)));
    const last = places.length < count ? undefined : places.at(-1);
    return {
      batches: found.filter((one) => one !== undefined),
      cursor: last && `${last.createdAt} ${last.bid}`,
    };
  }

  /** What came of some of its jobs, and where to go on, if there are more. */
  async results(bid: string, cursor: string) {
    await this.status(bid);
    const page = await this.#batches.results(bid, cursor);
    return { results: page.results, cursor: page.cursor === "0" ? undefined : page.cursor };
  }

  /** What of it died or was cancelled is to run again, and what is done is not; it goes on by itself. */
  async retry(bid: string): Promise<void> {
    const outcome = await this.#batches.retry(bid);
    switch (outcome.kind) {
      case "retried":
        return this.#log.info({ event: "batch.retried", bid });
      case "no batch":
        throw noSuchBatch(bid);
      case "uncommitted":
        throw new CommandError(`batch ${echo(bid)} was never committed: begin another`);
      case "forsaken":
        throw new CommandError(
          `batch ${echo(bid)} waits for ${outcome.bid}, which is forgotten: begin another`,
        );
      case "cancelling":
        throw new CommandError(`batch ${echo(bid)} is being cancelled`, { code: "CANCELLING" });
      case "cancelled":
        throw new CommandError(`batch ${outcome.bid}, which it is in, was cancelled`, {
          code: "CANCELLED",
        });
      case "runs":
        throw overlap(outcome.bid, "its key");
    }
  }

  /** Does a bounded part of what is to be done in steps; see BatchStore. */
  doChores(): Promise<{ isMore: boolean; areJobsDue: boolean }> {
    return this.#batches.doChores();
  }

  /**
   * Ends what was not committed in time, and what takes too long, and forgets what ended long ago: some of
   * it. Resolves with when more is to be done, if that is known.
   */
  async expire(): Promise<number | undefined> {
    const now = this.#clock.now();
    const [expired, late, forgotten] = await Promise.all([
      this.#batches.expire(),
      this.#batches.expireDeadlines(),
      this.#batches.forget(now - KEPT_MS),
    ]);
    for (const bid of expired) this.#log.info({ event: "batch.expired", bid });
    for (const bid of late.bids) this.#log.warn({ event: "batch.late", bid });
    return expired.length + forgotten > 0 ? now : late.nextAt;
  }
}

/** A part of a list of batches. */
export interface BatchPage {
  batches: BatchStatus[];
  cursor: string | undefined;
}

function parseCursor(cursor: string): ListPlace {
  const [, createdAt, bid = ""] = /^(\d+(?:\.\d+)?) (\S+)$/.exec(cursor) ?? [];
  if (createdAt === undefined) {
    throw new CommandError(
      `invalid BATCH LIST: ${echo(JSON.stringify(cursor))} is no cursor of it`,
    );
  }
  return { createdAt: Number(createdAt), bid };
}

/** FWP: 14 characters, which are 80 random bits. */
function createId(): string {
  return randomBytes(10).toString("base64url");
}
