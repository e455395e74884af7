import { Bulk } from "./bulk.ts";
import { JobsRefused } from "./errors.ts";
import type { JobMap, JobType } from "./job-map.ts";
import { joinBatch } from "./join-batch.ts";
import type { CallOptions } from "./link.ts";
import { encodeOutgoingJob, type OutgoingJob, outgoingJob } from "./outgoing-job.ts";
import { type PushingParts, prepareJob } from "./prepare-job.ts";
import type { BulkJobs, Producer, PushOptions } from "./producer.ts";
import { takeEach } from "./take-each.ts";

/** Pushes jobs over a link: checks them, runs the middleware around each, and sends them. */
export class Pushing<Jobs extends JobMap<Jobs>> implements Producer<Jobs> {
  readonly #parts: PushingParts<Jobs>;
  /** The batch that they join; nothing where they join none. */
  readonly #bid: string | undefined;

  constructor(parts: PushingParts<Jobs>, bid?: string) {
    this.#parts = parts;
    this.#bid = bid;
  }

  async push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    { timeoutMs, signal, ...options }: PushOptions = {},
  ): Promise<string> {
    const job = this.#join(outgoingJob(type, args, options));
    await prepareJob(this.#parts, job, async () => {
      await this.#parts.link.call(`PUSH ${this.#encode(job)}`, { timeoutMs, signal });
    });
    return job.jid;
  }

  async pushBulk(jobs: BulkJobs<Jobs>, options: CallOptions = {}): Promise<string[]> {
    const bulk = new Bulk(this.#parts.link, options);
    const jids: string[] = [];
    for await (const { type, args, ...jobOptions } of takeEach(jobs, options)) {
      const job = this.#join(outgoingJob(type, args, jobOptions));
      await prepareJob(this.#parts, job, () => bulk.add(this.#encode(job)));
      jids.push(job.jid);
    }
    const refused = await bulk.end();
    if (refused.size > 0) throw new JobsRefused(refused, jids);
    return jids;
  }

  #join(job: OutgoingJob): OutgoingJob {
    return this.#bid === undefined ? job : joinBatch(job, this.#bid);
  }

  /** Middleware may have replaced its custom. */
  #encode(job: OutgoingJob): string {
    return encodeOutgoingJob(this.#join(job), this.#parts.pusher);
  }
}
