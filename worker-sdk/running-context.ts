import type { Client } from "./client.ts";
import type { Job } from "./job.ts";
import type { JobContext, Lease } from "./job-context.ts";
import type { AnyJobs } from "./job-map.ts";
import type { LeaseAlarm } from "./lease-alarm.ts";
import type { Link } from "./link.ts";
import { childLogger, type Logger } from "./logger.ts";
import type { Producer } from "./producer.ts";
import { setProgress } from "./progress.ts";
import type { RunningJob } from "./running-job.ts";

/** The context of a job that a worker runs. What a handler may not ask for is made when it does. */
export class RunningContext implements JobContext {
  readonly job: Job;
  readonly #running: RunningJob;
  readonly #link: Link;
  readonly #workerLog: Logger;
  readonly #alarm: LeaseAlarm;
  readonly #workerClient: Client;
  #client: Producer<AnyJobs> | undefined;
  #log: Logger | undefined;

  constructor(
    job: Job,
    running: RunningJob,
    worker: { client: Client; link: Link; log: Logger; alarm: LeaseAlarm },
  ) {
    this.job = job;
    this.#running = running;
    this.#workerClient = worker.client;
    this.#link = worker.link;
    this.#workerLog = worker.log;
    this.#alarm = worker.alarm;
  }

  get attempt(): number {
    return this.job.attempt;
  }

  get lease(): Lease | undefined {
    const { lease: token } = this.job;
    const alarm = this.#alarm;
    const running = this.#running;
    if (token === undefined) return undefined;
    return {
      token,
      get isAtRisk() {
        return alarm.isAtRisk(running);
      },
    };
  }

  get client(): Producer<AnyJobs> {
    this.#client ??= this.#workerClient.onBehalfOf(this.job);
    return this.#client;
  }

  get signal(): AbortSignal {
    return this.#running.signal;
  }

  get log(): Logger {
    this.#log ??= childLogger(this.#workerLog, { jid: this.job.jid, jobtype: this.job.type });
    return this.#log;
  }

  /** Bound when it is asked for: handlers take their context apart. */
  get progress(): JobContext["progress"] {
    return (percent, description) => setProgress(this.#link, this.job.jid, percent, description);
  }
}
