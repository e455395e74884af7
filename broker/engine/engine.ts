import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Notice, Store } from "../store/store.ts";
import { Fetches } from "./fetches.ts";
import { Jobs } from "./jobs.ts";
import { Statistics } from "./statistics.ts";
import { Workers } from "./workers.ts";

/** The rules of the broker, wired to each other and to the store. It knows no sockets and no verbs. */
export class Engine {
  readonly jobs: Jobs;
  readonly fetches: Fetches;
  readonly workers: Workers;
  readonly statistics: Statistics;
  readonly store: Store;

  constructor({ store, clock, random, log }: EngineParts) {
    this.store = store;
    this.workers = new Workers(store, clock, log);
    this.fetches = new Fetches(store, this.workers, clock, log);
    this.jobs = new Jobs(store, clock, random, log);
    this.statistics = new Statistics(clock.now());
    this.jobs.events.on("enqueued", (queue, count) => this.fetches.wake(queue, count));
    store.onNotice((notice) => this.#notice(notice));
  }

  #notice(notice: Notice): void {
    if (notice.kind === "queue") this.fetches.wake(notice.queue, 1);
    else if (notice.kind === "reconnected") this.fetches.wakeAll();
    else if (notice.state === "forgotten") this.workers.closeForgotten(notice.wid);
    else this.workers.noteState(notice.wid, notice.state);
  }
}

export interface EngineParts {
  store: Store;
  clock: Clock;
  /** As Math.random. */
  random: () => number;
  log: Logger;
}
