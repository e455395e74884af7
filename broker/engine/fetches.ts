import { FETCH_WAIT_MS } from "../../protocol/limits.ts";
import type { CancelTimer, Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Reserved, Store } from "../store/store.ts";
import { Expiry } from "./expiry.ts";
import type { RunTimes } from "./run-times.ts";
import { WatchedQueues } from "./watched-queues.ts";
import type { Workers } from "./workers.ts";

/** Who fetches: a connection. */
export interface Fetcher {
  /** The worker process that the connection belongs to, or an empty string. */
  wid: string;
  /** How long the leases of its jobs last; absent for a client that knows of none. */
  leaseMs?: number;
  /** Fires when nobody is there any longer to take a job. */
  gone: AbortSignal;
}

/** How often a FETCH that waits looks again, should the word of a new job have got lost. */
const LOOK_AGAIN_MS = 1_000;

/** Into so many queues, which is some 10 ms' work for Redis. The next look goes on where it ends. */
const LOOK_AGAIN_QUEUES = 10_000;

/** A FETCH that has not been answered yet. */
interface Fetch {
  fetcher: Fetcher;
  queues: readonly string[];
  /** How many jobs it takes; it waits for the first only. */
  count: number;
  /** When it is answered with nothing. */
  endsAt: number;
  /** Parked until a queue gets a job; asking the store; or answered. */
  state: "parked" | "asking" | "answered";
  /** How many wakes there had been when it last asked. */
  askedAfterWake: number;
  resolve: (reserved: Reserved[]) => void;
  reject: (error: unknown) => void;
}

/**
 * FETCH: hands out a job, or waits for one without asking Redis over and over.
 *
 * A fetch asks the store once. When its queues are empty it is parked, and each of them is known to
 * be empty until something says otherwise: a push on this broker, a notice from another, a promotion.
 * Then as many fetches ask again as there are jobs, those that have waited longest first.
 */
export class Fetches {
  readonly #store: Store;
  readonly #workers: Workers;
  readonly #runTimes: RunTimes;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #watched = new WatchedQueues<Fetch>();
  /** One that is asking when its time is over is answered when it knows what it gets. */
  readonly #expiry: Expiry<Fetch>;
  /** Those of a client that are not answered: it is listened to once, not for each FETCH. */
  readonly #fetchesOf = new WeakMap<Fetcher, Set<Fetch>>();
  /** A number that is another one when jobs may have come; unknown until somebody tells. */
  #arrivals: number | undefined;
  /** How many rounds of looks there are to be until all queues were looked into since it changed. */
  #roundsToGo = 0;
  #wakes = 0;
  #isStopping = false;
  #cancelLook: CancelTimer | undefined;

  constructor(store: Store, workers: Workers, runTimes: RunTimes, clock: Clock, log: Logger) {
    this.#store = store;
    this.#workers = workers;
    this.#runTimes = runTimes;
    this.#clock = clock;
    this.#log = log;
    this.#expiry = new Expiry(clock, (fetch) => this.#answerIfParked(fetch));
  }

  /** Resolves with a job, or with nothing after FWP's two seconds. */
  fetch(fetcher: Fetcher, queues: readonly string[]): Promise<Reserved | undefined> {
    return this.fetchMany(fetcher, queues, 1).then(([reserved]) => reserved);
  }

  /** Resolves with up to so many jobs: those that are there, or else the first that comes. */
  fetchMany(fetcher: Fetcher, queues: readonly string[], count: number): Promise<Reserved[]> {
    return new Promise((resolve, reject) => {
      const endsAt = this.#clock.steady() + FETCH_WAIT_MS;
      const fetch: Fetch = {
        fetcher,
        queues,
        count,
        endsAt,
        state: "parked",
        askedAfterWake: 0,
        resolve,
        reject,
      };
      if (this.#isOver(fetch)) return resolve([]);
      this.#enter(fetch);
      if (!this.#workers.mayFetch(fetcher.wid) || this.#areKnownEmpty(queues)) this.#park(fetch);
      else this.#ask(fetch, count);
    });
  }

  /** A queue has got jobs, so many: the fetches that have waited longest ask for them. */
  wake(queue: string, count: number): void {
    const watched = this.#watched.find(queue);
    if (watched === undefined) return;
    watched.isEmpty = false;
    watched.lastWake = ++this.#wakes;
    let left = count;
    for (const fetch of watched.fetches) {
      if (left <= 0) break;
      left -= this.#askIfParked(fetch, left);
    }
  }

  /** While this stays the same no job has come into any queue, and to look into them is of no use. */
  noteArrivals(arrivals: number): void {
    // The round that is under way has passed some queues by.
    if (arrivals !== this.#arrivals) this.#roundsToGo = 2;
    this.#arrivals = arrivals;
  }

  /** Nothing that is known of the queues holds any longer. */
  wakeAll(): void {
    for (const queue of this.#watched.names()) this.wake(queue, Number.POSITIVE_INFINITY);
  }

  /** Answers all that wait, now and from here on, with nothing. */
  stop(): void {
    this.#isStopping = true;
    this.#cancelLook?.();
    this.#expiry.clear();
    for (const fetch of this.#watched.fetches()) this.#answerIfParked(fetch);
  }

  /** Asks for no more jobs than there are; returns for how many. */
  #askIfParked(fetch: Fetch, left: number): number {
    if (fetch.state !== "parked" || !this.#workers.mayFetch(fetch.fetcher.wid)) return 0;
    const count = Math.min(fetch.count, left);
    this.#ask(fetch, count);
    return count;
  }

  #ask(fetch: Fetch, count: number): void {
    fetch.state = "asking";
    fetch.askedAfterWake = this.#wakes;
    this.#reserve(fetch, count).then(
      (came) => (came.length > 0 ? this.#serve(fetch, came) : this.#foundNothing(fetch)),
      (error: unknown) => {
        this.#forget(fetch);
        fetch.reject(error);
      },
    );
  }

  /** Rejects only when no job came: those that did are not to be kept from the client. */
  async #reserve({ fetcher, queues }: Fetch, count: number): Promise<Reserved[]> {
    const request = { wid: fetcher.wid, queues, leaseMs: fetcher.leaseMs };
    const first = this.#store.reserve(request);
    if (count === 1) return presentOf([await first]);
    const extras = Array.from({ length: count - 1 }, () =>
      this.#store.reserve({ ...request, isExtra: true }),
    );
    const results = await Promise.allSettled([first, ...extras]);
    const came = presentOf(
      results.map((one) => (one.status === "fulfilled" ? one.value : undefined)),
    );
    const refusal = results.find(({ status }) => status === "rejected");
    if (came.length === 0 && refusal?.status === "rejected") throw refusal.reason;
    return came;
  }

  #serve(fetch: Fetch, came: Reserved[]): void {
    const isGone = fetch.fetcher.gone.aborted;
    this.#answer(fetch, isGone ? [] : came);
    for (const reserved of came) {
      if (isGone) void this.giveBack(reserved);
      else this.#runTimes.begin(reserved);
    }
    const left = new Map(came.map((reserved) => [reserved.queue, reserved.left]));
    for (const queue of fetch.queues) {
      // It may have been woken for another of its queues: the next in line looks after that one.
      const isEmpty = this.#watched.find(queue)?.isEmpty ?? true;
      const count = left.get(queue) ?? (isEmpty ? 0 : 1);
      if (count > 0) this.wake(queue, count);
    }
  }

  #foundNothing(fetch: Fetch): void {
    let mayHaveMissed = false;
    for (const queue of fetch.queues) {
      const watched = this.#watched.find(queue);
      if (watched === undefined) continue;
      if (watched.lastWake > fetch.askedAfterWake) mayHaveMissed = true;
      else watched.isEmpty = true;
    }
    if (this.#isOver(fetch)) this.#answer(fetch);
    else if (mayHaveMissed && this.#workers.mayFetch(fetch.fetcher.wid))
      this.#ask(fetch, fetch.count);
    else this.#park(fetch);
  }

  #park(fetch: Fetch): void {
    fetch.state = "parked";
    this.#cancelLook ??= this.#clock.after(LOOK_AGAIN_MS, () => this.#lookAgain());
  }

  #lookAgain(): void {
    this.#cancelLook = undefined;
    if (this.#arrivals === undefined || this.#roundsToGo > 0) this.#look();
    if (this.#watched.size === 0) return;
    this.#cancelLook ??= this.#clock.after(LOOK_AGAIN_MS, () => this.#lookAgain());
  }

  #look(): void {
    const isRoundOver = this.#watched.goRound(LOOK_AGAIN_QUEUES, ({ fetches }) => {
      for (const fetch of fetches) if (this.#askIfParked(fetch, 1) > 0) return fetch.queues.length;
      return 0;
    });
    if (isRoundOver) this.#roundsToGo--;
  }

  #answerIfParked(fetch: Fetch): void {
    if (fetch.state === "parked") this.#answer(fetch);
  }

  #answer(fetch: Fetch, reserved: Reserved[] = []): void {
    this.#forget(fetch);
    fetch.resolve(reserved);
  }

  #enter(fetch: Fetch): void {
    this.#watched.enter(fetch);
    this.#expiry.add(fetch);
    const { fetcher } = fetch;
    const fetches = this.#fetchesOf.get(fetcher) ?? this.#listenTo(fetcher);
    fetches.add(fetch);
  }

  #forget(fetch: Fetch): void {
    fetch.state = "answered";
    this.#watched.leave(fetch);
    this.#expiry.delete(fetch);
    this.#fetchesOf.get(fetch.fetcher)?.delete(fetch);
  }

  #listenTo(fetcher: Fetcher): Set<Fetch> {
    const fetches = new Set<Fetch>();
    this.#fetchesOf.set(fetcher, fetches);
    fetcher.gone.addEventListener("abort", () => {
      for (const fetch of fetches) this.#answerIfParked(fetch);
    });
    return fetches;
  }

  #isOver({ fetcher, endsAt }: Fetch): boolean {
    return this.#isStopping || fetcher.gone.aborted || endsAt <= this.#clock.steady();
  }

  #areKnownEmpty(queues: readonly string[]): boolean {
    return queues.every((queue) => this.#watched.find(queue)?.isEmpty);
  }

  /** Undoes a hand-out that could not be written to the worker. */
  async giveBack(reserved: Reserved): Promise<void> {
    this.#runTimes.drop(reserved.jid);
    try {
      await this.#store.release(reserved);
      this.#log.info({ event: "job.given-back", jid: reserved.jid });
      this.wake(reserved.queue, 1);
    } catch (err) {
      // It is run again when its reservation ends.
      this.#log.warn({ event: "job.not-given-back", jid: reserved.jid, err });
    }
  }
}

function presentOf(reserved: readonly (Reserved | undefined)[]): Reserved[] {
  return reserved.filter((one) => one !== undefined);
}
