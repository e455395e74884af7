import { type Batch, BatchHandle, type FillBatch } from "./batch.ts";
import { BatchAdministration } from "./batch-administration.ts";
import { findBatch } from "./batch-callback.ts";
import type { BatchOptions } from "./batch-options.ts";
import type { ChainHandle } from "./chain.ts";
import type { ChainOptions } from "./chain-options.ts";
import type { ChainStage } from "./chain-stage.ts";
import { linkOptionsOf, type ServerOptions } from "./client-options.ts";
import type { Job } from "./job.ts";
import { JobAdministration } from "./job-administration.ts";
import type { AnyJobs, JobMap, JobType } from "./job-map.ts";
import type { JobStarter } from "./job-starter.ts";
import { type CallOptions, type ClientLink, Link, type LinkEvents } from "./link.ts";
import { type Middleware, MiddlewareChain } from "./middleware.ts";
import type { OutgoingJob } from "./outgoing-job.ts";
import type { PushingParts } from "./prepare-job.ts";
import type { BulkJobs, PushOptions } from "./producer.ts";
import { QueueAdministration } from "./queue-administration.ts";
import { readText } from "./replies.ts";
import { readServerInfo, type ServerInfo } from "./server-info.ts";
import type { JobSchemas } from "./standard-schema.ts";
import { Starting } from "./starting.ts";
import { TagAdministration } from "./tag-administration.ts";

export interface ClientOptions<Jobs> extends ServerOptions {
  /** Validators of the arguments of some types: what does not pass is not pushed. */
  schemas?: JobSchemas<Jobs> | undefined;
}

/**
 * A client of a millrace or Faktory server. It connects with its first call, and one connection
 * carries as many calls at once as there are.
 *
 * A push whose reply was lost is sent again when the server is back. A millrace stores a
 * jid once while its job is live; a classic Faktory may then have the job twice.
 *
 * It keeps the process alive from its first call until it is closed.
 */
export class Client<Jobs extends JobMap<Jobs> = AnyJobs> implements JobStarter<Jobs> {
  /** Pause, resume, remove queues. */
  readonly queues: QueueAdministration;
  /** Look jobs up, cancel, retry, delete them. */
  readonly jobs: JobAdministration;
  /** Cancel all jobs with a tag. */
  readonly tags: TagAdministration;
  /** Look batches up, cancel them, have them tried again. */
  readonly batches: BatchAdministration;
  readonly #link: ClientLink;
  readonly #parts: PushingParts<Jobs>;
  readonly #starting: Starting<Jobs>;

  /** @param link instead of one of its own; a worker shares its */
  constructor(options: ClientOptions<Jobs> = {}, link?: ClientLink) {
    this.#link = link ?? new Link(linkOptionsOf(options, undefined));
    const { schemas = {} } = options;
    this.#parts = { link: this.#link, schemas, middleware: new MiddlewareChain() };
    this.#starting = new Starting(this.#parts);
    this.queues = new QueueAdministration(this.#link);
    this.jobs = new JobAdministration(this.#link);
    this.tags = new TagAdministration(this.#link);
    this.batches = new BatchAdministration(this.#link);
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
    this.#parts.middleware.add(middleware);
    return this;
  }

  /**
   * What pushes for a job that runs: its pushes throw StaleLease when the job is no longer this worker's,
   * and Cancelled when it has been cancelled. The client of a handler's context does. A job without a
   * lease, as on a classic Faktory, pushes as anybody does.
   */
  onBehalfOf(pusher: Pick<Job, "jid" | "lease">): JobStarter<Jobs> {
    return new Starting({ ...this.#parts, pusher });
  }

  /** The batch that a job is in, to push more into it on its behalf; undefined where it is in none. */
  batchOf(pusher: Pick<Job, "jid" | "lease" | "custom">): Batch<Jobs> | undefined {
    const bid = findBatch(pusher);
    return bid === undefined ? undefined : new BatchHandle({ ...this.#parts, pusher }, bid);
  }

  /** Connects now, and not with the first call. @throws as push */
  async connect(options: CallOptions = {}): Promise<void> {
    await this.#link.connect(options);
  }

  push<Type extends JobType<Jobs>>(
    type: Type,
    args: Readonly<Jobs[Type]>,
    options?: PushOptions,
  ): Promise<string> {
    return this.#starting.push(type, args, options);
  }

  pushBulk(jobs: BulkJobs<Jobs>, options?: CallOptions): Promise<string[]> {
    return this.#starting.pushBulk(jobs, options);
  }

  batch(options: BatchOptions<Jobs>, fill: FillBatch<Jobs>): Promise<Batch<Jobs>> {
    return this.#starting.batch(options, fill);
  }

  openBatch(bid: string, options?: CallOptions): Promise<Batch<Jobs>> {
    return this.#starting.openBatch(bid, options);
  }

  chain(
    name: string,
    stages: readonly ChainStage<Jobs>[],
    options?: ChainOptions<Jobs>,
  ): Promise<ChainHandle> {
    return this.#starting.chain(name, stages, options);
  }

  openChain(bid: string, options?: CallOptions): Promise<ChainHandle> {
    return this.#starting.openChain(bid, options);
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
}
