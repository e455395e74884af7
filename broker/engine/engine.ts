import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Notice, Store, StoreSizes } from "../store/store.ts";
import { Batches } from "./batches.ts";
import { Cancellations } from "./cancellations.ts";
import { Catalogue } from "./catalogue.ts";
import { Controls } from "./controls.ts";
import { Fetches } from "./fetches.ts";
import { Figures } from "./figures.ts";
import { Interventions } from "./interventions.ts";
import { JobList } from "./job-list.ts";
import { Jobs } from "./jobs.ts";
import { Mutations } from "./mutations.ts";
import { Progress } from "./progress.ts";
import { Queues } from "./queues.ts";
import { RunTimes } from "./run-times.ts";
import { Stalls } from "./stalls.ts";
import { Statistics } from "./statistics.ts";
import { Workers } from "./workers.ts";

/** The rules of the broker, wired to each other and to the store. It knows no sockets and no verbs. */
export class Engine {
  readonly jobs: Jobs;
  readonly catalogue: Catalogue;
  readonly cancellations: Cancellations;
  readonly batches: Batches;
  readonly jobList: JobList;
  readonly fetches: Fetches;
  readonly queues: Queues;
  readonly mutations: Mutations;
  readonly interventions: Interventions;
  readonly workers: Workers;
  readonly controls = new Controls();
  readonly progress: Progress;
  readonly stalls: Stalls;
  readonly figures: Figures;
  readonly statistics: Statistics;
  readonly #store: Store;
  readonly #runTimes: RunTimes;

  constructor({ store, clock, random, log }: EngineParts) {
    this.#store = store;
    this.workers = new Workers(store, clock, log);
    this.#runTimes = new RunTimes(clock);
    this.figures = new Figures(store, this.#runTimes, log);
    this.fetches = new Fetches(store, this.workers, this.#runTimes, clock, log);
    this.jobs = new Jobs(store, this.#runTimes, clock, random, log);
    this.catalogue = new Catalogue(store);
    this.cancellations = new Cancellations(store, clock, log);
    this.batches = new Batches(store, clock, log);
    this.progress = new Progress(store);
    this.stalls = new Stalls(store, this.jobs, clock, log);
    this.jobList = new JobList(store);
    this.queues = new Queues(store, clock);
    const wake = (queue: string) => this.fetches.wake(queue, 1);
    this.mutations = new Mutations(store, wake);
    this.interventions = new Interventions(store, wake);
    this.statistics = new Statistics(clock.now());
    this.jobs.events.on("enqueued", (queue, count) => this.fetches.wake(queue, count));
    store.onNotice((notice) => this.#notice(notice));
  }

  /** How many jobs and workers there are, everywhere. */
  sizes(): Promise<StoreSizes> {
    return this.#store.sizes();
  }

  /** FWP: FLUSH. Deletes all jobs; every broker hears of it. */
  flush(): Promise<void> {
    return this.#store.flush();
  }

  #notice(notice: Notice): void {
    switch (notice.kind) {
      case "queue":
        return this.fetches.wake(notice.queue, 1);
      case "worker":
        if (notice.state === "forgotten") return this.workers.closeForgotten(notice.wid);
        this.controls.tellState(notice.wid, notice.state);
        return this.workers.noteState(notice.wid, notice.state);
      case "cancel":
        return this.controls.tellCalledOff(notice.wid, notice.job);
      case "chores":
        this.jobs.events.emit("chores");
        return;
      case "flushed":
        this.#runTimes.clear();
        return this.statistics.reset();
      case "reconnected":
        void this.workers.refresh();
        return this.fetches.wakeAll();
    }
  }
}

export interface EngineParts {
  store: Store;
  clock: Clock;
  /** As Math.random. */
  random: () => number;
  log: Logger;
}
