import { Bulk } from "./bulk.ts";
import { JobsRefused } from "./errors.ts";
import type { Job } from "./job.ts";
import type { JobMap, JobType } from "./job-map.ts";
import type { CallOptions, ClientLink } from "./link.ts";
import type { MiddlewareChain } from "./middleware.ts";
import { encodeOutgoingJob, type OutgoingJob, outgoingJob } from "./outgoing-job.ts";
import type { BulkJobs, Producer, PushOptions } from "./producer.ts";
import { type JobSchemas, validate } from "./standard-schema.ts";
import { takeEach } from "./take-each.ts";

export interface PushingParts<Jobs> {
  link: ClientLink;
  schemas: JobSchemas<Jobs>;
  middleware: MiddlewareChain<OutgoingJob>;
  /** The job that pushes; nothing where that is no job. */
  pusher?: Pick<Job, "jid" | "lease">;
}

/** Pushes jobs over a link: checks them, runs the middleware around each, and sends them. */
export class Pushing<Jobs extends JobMap<Jobs>> implements Producer<Jobs> {
  readonly #parts: PushingParts<Jobs>;

  constructor(parts: PushingParts<Jobs>) {
    this.#parts = parts;
  }

  async push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    { timeoutMs, signal, ...options }: PushOptions = {},
  ): Promise<string> {
    const job = outgoingJob(type, args, options);
    await this.#prepare(job, async () => {
      const line = `PUSH ${encodeOutgoingJob(job, this.#parts.pusher)}`;
      await this.#parts.link.call(line, { timeoutMs, signal });
    });
    return job.jid;
  }

  async pushBulk(jobs: BulkJobs<Jobs>, options: CallOptions = {}): Promise<string[]> {
    const bulk = new Bulk(this.#parts.link, options);
    const jids: string[] = [];
    for await (const { type, args, ...jobOptions } of takeEach(jobs, options)) {
      const job = outgoingJob(type, args, jobOptions);
      await this.#prepare(job, () => bulk.add(encodeOutgoingJob(job, this.#parts.pusher)));
      jids.push(job.jid);
    }
    const refused = await bulk.end();
    if (refused.size > 0) throw new JobsRefused(refused, jids);
    return jids;
  }

  async #prepare(job: OutgoingJob, send: () => Promise<void>): Promise<void> {
    const schema = this.#findSchema(job.type);
    if (schema !== undefined) await validate(schema, job.type, job.args);
    const { middleware } = this.#parts;
    if (middleware.isEmpty) await send();
    else await middleware.run(job, send);
  }

  #findSchema(type: string): JobSchemas<Jobs>[JobType<Jobs>] {
    const { schemas } = this.#parts;
    if (!Object.hasOwn(schemas, type)) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any name may be asked for
    return schemas[type as JobType<Jobs>];
  }
}
