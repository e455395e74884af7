import type { AnyHandler } from "./handler.ts";
import type { JobAdministration } from "./job-administration.ts";
import { DoNotRetry, Snooze, WorkerStopping } from "./job-errors.ts";
import type { AnyJobs } from "./job-map.ts";
import type { JobRecord } from "./job-record.ts";
import type { Outcome } from "./outcome.ts";
import type { OutgoingJob } from "./outgoing-job.ts";
import { restartDelayMs } from "./restart-delay.ts";
import type { RunningJob } from "./running-job.ts";
import {
  type RestartPolicy,
  restartPolicyOf,
  type ServiceHandler,
  type ServiceOptions,
} from "./service-options.ts";

type Jobs = Pick<JobAdministration, "find">;

/** The queue of a service, and the jid and type of its only job. */
export function serviceQueue(name: string): string {
  return `service.${name}`;
}

/** What runs once in the whole fleet, on and on: a job that never comes to its end. */
export class Service {
  readonly jid: string;
  readonly options: ServiceOptions;
  readonly #handler: ServiceHandler<AnyJobs>;
  readonly #policy: RestartPolicy;

  constructor(name: string, handler: ServiceHandler<AnyJobs>, options: ServiceOptions) {
    this.jid = serviceQueue(name);
    this.options = options;
    this.#handler = handler;
    this.#policy = restartPolicyOf(options);
  }

  /** Every worker pushes it. Since it is live for ever, there is one. */
  get job(): OutgoingJob {
    const { jid } = this;
    return { jid, type: jid, queue: jid, args: [], retry: Number.MAX_SAFE_INTEGER };
  }

  get handler(): AnyHandler {
    return (_args, context) => {
      if (context.job.jid === this.jid) return this.#handler(context);
      throw new DoNotRetry(`only ${this.jid} itself runs in its queue: it is to run once`);
    };
  }

  /** What the end of a run means: it is run again after a while, or at once elsewhere when the worker stops. */
  async conclude(running: RunningJob, outcome: Outcome, jobs: Jobs): Promise<Outcome> {
    if (running.abortedFor instanceof WorkerStopping) return { kind: "handedBack" };
    if (outcome.kind === "done" || outcome.kind === "discarded") {
      return { kind: "snoozed", snooze: new Snooze(this.#policy.restartDelayMs / 1_000) };
    }
    if (outcome.kind !== "failed" || outcome.retryAt !== undefined) return outcome;
    const retryAt = this.#restartAt(running.ageMs, await this.#look(jobs));
    return { ...outcome, retryAt, mayRetry: true };
  }

  /** What the server knows of earlier runs. While it can't be asked, nothing is known. */
  async #look(jobs: Jobs): Promise<JobRecord | undefined> {
    try {
      return await jobs.find(this.jid);
    } catch {
      return undefined;
    }
  }

  /** By the server's clock, which said when the run began: this machine's may be wrong. */
  #restartAt(ranMs: number, record: JobRecord | undefined): number {
    const endedAt =
      record?.startedAt === undefined ? Date.now() : record.startedAt.getTime() + ranMs;
    return Math.ceil(endedAt + restartDelayMs(this.#policy, ranMs, record?.attempts ?? []));
  }
}
