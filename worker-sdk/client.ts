import { linkOptionsOf, type ServerOptions } from "./client-options.ts";
import type { Job } from "./job.ts";
import { JobAdministration } from "./job-administration.ts";
import type { AnyJobs, JobMap, JobType } from "./job-map.ts";
import { type CallOptions, type ClientLink, Link, type LinkEvents } from "./link.ts";
import { type Middleware, MiddlewareChain } from "./middleware.ts";
import type { OutgoingJob } from "./outgoing-job.ts";
import type { BulkJobs, Producer, PushOptions } from "./producer.ts";
import { Pushing, type PushingParts } from "./pushing.ts";
import { QueueAdministration } from "./queue-administration.ts";
import { readText } from "./replies.ts";
import { readServerInfo, type ServerInfo } from "./server-info.ts";
import type { JobSchemas } from "./standard-schema.ts";
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
export class Client<Jobs extends JobMap<Jobs> = AnyJobs> implements Producer<Jobs> {
  /** Pause, resume, remove queues. */
  readonly queues: QueueAdministration;
  /** Look jobs up, cancel, retry, delete them. */
  readonly jobs: JobAdministration;
  /** Cancel all jobs with a tag. */
  readonly tags: TagAdministration;
  readonly #link: ClientLink;
  readonly #parts: PushingParts<Jobs>;
  readonly #pushing: Pushing<Jobs>;

  /** @param link instead of one of its own; a worker shares its */
  constructor(options: ClientOptions<Jobs> = {}, link?: ClientLink) {
    this.#link = link ?? new Link(linkOptionsOf(options, undefined));
    const { schemas = {} } = options;
    this.#parts = { link: this.#link, schemas, middleware: new MiddlewareChain() };
    this.#pushing = new Pushing(this.#parts);
    this.queues = new QueueAdministration(this.#link);
    this.jobs = new JobAdministration(this.#link);
    this.tags = new TagAdministration(this.#link);
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
  onBehalfOf(pusher: Pick<Job, "jid" | "lease">): Producer<Jobs> {
    return new Pushing({ ...this.#parts, pusher });
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
    return this.#pushing.push(type, args, options);
  }

  pushBulk(jobs: BulkJobs<Jobs>, options?: CallOptions): Promise<string[]> {
    return this.#pushing.pushBulk(jobs, options);
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
