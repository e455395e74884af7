import { Bulk } from "./bulk.ts";
import { linkOptionsOf, type ServerOptions } from "./client-options.ts";
import { JobsRefused } from "./errors.ts";
import { JobAdministration } from "./job-administration.ts";
import type { AnyJobs, JobMap, JobType } from "./job-map.ts";
import { type CallOptions, type ClientLink, Link, type LinkEvents } from "./link.ts";
import { type Middleware, MiddlewareChain } from "./middleware.ts";
import {
  encodeOutgoingJob,
  type JobOptions,
  type OutgoingJob,
  outgoingJob,
} from "./outgoing-job.ts";
import { QueueAdministration } from "./queue-administration.ts";
import { readText } from "./replies.ts";
import { readServerInfo, type ServerInfo } from "./server-info.ts";
import { type JobSchemas, validate } from "./standard-schema.ts";
import { takeEach } from "./take-each.ts";

export interface ClientOptions<Jobs> extends ServerOptions {
  /** Validators of the arguments of some types: what does not pass is not pushed. */
  schemas?: JobSchemas<Jobs> | undefined;
}

export type PushOptions = JobOptions & CallOptions;

/** One job of a pushBulk. */
export type BulkJob<Jobs> = {
  [Type in JobType<Jobs>]: { type: Type; args: Readonly<Jobs[Type]> } & JobOptions;
}[JobType<Jobs>];

/** What pushes jobs: a Client, or what takes its place in a test. */
export interface Producer<Jobs> {
  /**
   * Pushes a job, and resolves with its jid when the server has stored it.
   * @throws ServerError when it is refused, ServerUnavailable, CallTimedOut, InvalidArguments, or
   *   RangeError for a job that no server would take
   */
  push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    options?: PushOptions,
  ): Promise<string>;
  /**
   * Pushes any number of jobs, many with one command, and resolves with their jids in order.
   * @param options its `timeoutMs` counts for each command, and for each wait for an async iterable;
   *   the time of all is not bounded, but by `signal`
   * @throws as push, and JobsRefused when all are through and the server refused some
   */
  pushBulk(jobs: BulkJobs<Jobs>, options?: CallOptions): Promise<string[]>;
}

export type BulkJobs<Jobs> = Iterable<BulkJob<Jobs>> | AsyncIterable<BulkJob<Jobs>>;

/**
 * A client of a millrace or Faktory server. It connects with its first call, and one connection
 * carries as many calls at once as there are.
 *
 * A push whose reply was lost is sent again when the server is back. A millrace stores a
 * jid once while its job is live; a classic Faktory may then have the job twice.
 *
 * It keeps the process alive from its first call until it is closed.
 */
export class Client<Jobs extends JobMap<Jobs> = AnyJobs> implements Producer<Jobs> {
  /** Pause, resume, remove queues. */
  readonly queues: QueueAdministration;
  /** Kill, requeue, discard jobs that are scheduled, retried or dead. */
  readonly jobs: JobAdministration;
  readonly #link: ClientLink;
  readonly #schemas: JobSchemas<Jobs>;
  readonly #middleware = new MiddlewareChain<OutgoingJob>();

  /** @param link instead of one of its own; a worker shares its */
  constructor(options: ClientOptions<Jobs> = {}, link?: ClientLink) {
    this.#link = link ?? new Link(linkOptionsOf(options, undefined));
    this.#schemas = options.schemas ?? {};
    this.queues = new QueueAdministration(this.#link);
    this.jobs = new JobAdministration(this.#link);
  }

  /** `connected`, and `disconnected` with why. */
  get events(): Pick<NodeJS.EventEmitter<LinkEvents>, "on" | "once" | "off"> {
    return this.#link.events;
  }

  /**
   * Runs around each push, bulk or not: it may change the job, or throw. One that does not call
   * `next` keeps the job from being pushed.
   */
  use(middleware: Middleware<OutgoingJob>): this {
    this.#middleware.add(middleware);
    return this;
  }

  /** Connects now, and not with the first call. @throws as push */
  async connect(options: CallOptions = {}): Promise<void> {
    await this.#link.connect(options);
  }

  async push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    { timeoutMs, signal, ...options }: PushOptions = {},
  ): Promise<string> {
    const job = outgoingJob(type, args, options);
    await this.#prepare(job, async () => {
      await this.#link.call(`PUSH ${encodeOutgoingJob(job)}`, { timeoutMs, signal });
    });
    return job.jid;
  }

  async pushBulk(jobs: BulkJobs<Jobs>, options: CallOptions = {}): Promise<string[]> {
    const bulk = new Bulk(this.#link, options);
    const jids: string[] = [];
    for await (const { type, args, ...jobOptions } of takeEach(jobs, options)) {
      const job = outgoingJob(type, args, jobOptions);
      await this.#prepare(job, () => bulk.add(encodeOutgoingJob(job)));
      jids.push(job.jid);
    }
    const refused = await bulk.end();
    if (refused.size > 0) throw new JobsRefused(refused, jids);
    return jids;
  }

  /** The server's account of itself. */
  async info(options?: CallOptions): Promise<ServerInfo> {
    return readServerInfo(readText(await this.#link.call("INFO", options)));
  }

  /** Deletes every job, every queue and every counter of the server. Not repeated when its reply is lost. */
  async flush(options?: CallOptions): Promise<void> {
    await this.#link.call("FLUSH", { ...options, isRepeatable: false });
  }

  /** Waits for the calls that are under way, then disconnects. Safe to call twice. */
  async close(): Promise<void> {
    await this.#link.close();
  }

  async #prepare(job: OutgoingJob, send: () => Promise<void>): Promise<void> {
    const schema = this.#findSchema(job.type);
    if (schema !== undefined) await validate(schema, job.type, job.args);
    if (this.#middleware.isEmpty) await send();
    else await this.#middleware.run(job, send);
  }

  #findSchema(type: string): JobSchemas<Jobs>[JobType<Jobs>] {
    if (!Object.hasOwn(this.#schemas, type)) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any name may be asked for
    return this.#schemas[type as JobType<Jobs>];
  }
}
