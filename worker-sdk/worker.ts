import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { hostname } from "node:os";
import { DEFAULT_LEASE_SECONDS } from "../protocol/limits.ts";
import { createAborter } from "./aborter.ts";
import { callHandler, type HandlerWorld } from "./call-handler.ts";
import { checkWorkerOptions } from "./check-options.ts";
import { Client } from "./client.ts";
import { linkOptionsOf } from "./client-options.ts";
import { compensation } from "./compensate.ts";
import { COMPENSATE } from "./compensate-type.ts";
import { Fetching } from "./fetching.ts";
import { type Handler, type HandlerOptions, Handlers } from "./handler.ts";
import type { JobContext } from "./job-context.ts";
import type { AnyJobs, JobMap, JobType } from "./job-map.ts";
import { JobRunner } from "./job-runner.ts";
import { Link, type LinkOptions } from "./link.ts";
import { Liveness } from "./liveness.ts";
import { childLogger, type Logger, silentLogger } from "./logger.ts";
import { type Middleware, MiddlewareChain } from "./middleware.ts";
import type { Outcome } from "./outcome.ts";
import { pause } from "./pause.ts";
import { QueueOrder } from "./queue-order.ts";
import { Reports } from "./reports.ts";
import type { ServiceHandler, ServiceOptions } from "./service-options.ts";
import { Services } from "./services.ts";
import { onSignals } from "./signals.ts";
import { Slots } from "./slots.ts";
import { tellListeners } from "./tell-listeners.ts";
import { untyped } from "./untyped.ts";
import type { WorkerEvents } from "./worker-events.ts";
import type { StopOptions, StopReport, WorkerOptions } from "./worker-options.ts";

/**
 * Fetches jobs and runs their handlers. It has four connections: FETCH waits on one, heartbeats go over
 * another, results and the handlers' own pushes over the third, and the fourth is for what the server
 * tells by itself.
 *
 * It moves from new to running, quiet and stopped, and never back.
 */
export class Worker<Jobs extends JobMap<Jobs> = AnyJobs> {
  readonly events = new EventEmitter<WorkerEvents>();
  /** On the worker's own connection; handlers find it in their context. */
  readonly client: Client<Jobs>;
  readonly wid: string;
  readonly #options: WorkerOptions<Jobs>;
  readonly #linkOptions: LinkOptions;
  readonly #link: Link;
  readonly #log: Logger;
  readonly #world: HandlerWorld;
  readonly #runner: JobRunner;
  readonly #services: Services;
  readonly #fetching: Fetching;
  readonly #reports: Reports;
  readonly #liveness: Liveness;
  #isStarted = false;
  #fetchingStopped: Promise<void> | undefined;
  /** Ends the time that running jobs have at a stop. */
  readonly #hurry = createAborter();
  #isStopping = false;
  #onStopped: (report: Promise<StopReport>) => void = () => {};
  readonly #stopped: Promise<StopReport>;

  /** Connects to nothing yet. @throws RangeError for an option that makes no sense */
  constructor(options: WorkerOptions<Jobs> = {}) {
    checkWorkerOptions(untyped(options));
    const { concurrency = 10, queues = ["default"], graceMs = 1_000, schemas = {} } = options;
    const { leaseSeconds = DEFAULT_LEASE_SECONDS } = options;
    this.#options = options;
    this.wid = options.wid ?? randomUUID();
    this.#log = childLogger(options.log ?? silentLogger, { wid: this.wid });
    const hello = { wid: this.wid, hostname: hostname(), pid: process.pid, leaseSeconds };
    const labels = [...(options.labels ?? [])];
    this.#linkOptions = linkOptionsOf(options, { ...hello, labels });
    this.#link = new Link(this.#linkOptions);
    this.client = new Client<Jobs>({ schemas }, this.#link);
    this.#reports = new Reports(this.#link, this.#log);
    this.#liveness = new Liveness({
      link: this.#linkOptions,
      wid: this.wid,
      leaseMs: leaseSeconds * 1_000,
      beatIntervalMs: options.beatIntervalMs,
      hasControl: options.control ?? true,
      events: this.events,
      log: this.#log,
      onState: (state) => (state === "terminate" ? void this.stop() : this.quiet()),
    });
    const slots = new Slots(concurrency);
    this.#world = {
      handlers: new Handlers(new Map([[COMPENSATE, compensation(this.client.batches)]])),
      schemas: untyped(schemas),
      middleware: new MiddlewareChain(),
    };
    const parts = {
      client: untyped<Client>(this.client),
      link: this.#link,
      reports: this.#reports,
      leases: this.#liveness.leases,
      alarm: this.#liveness.alarm,
      graceMs,
      events: this.events,
      log: this.#log,
    };
    this.#runner = new JobRunner({ ...this.#world, ...parts, slots, concurrency });
    const { middleware } = this.#world;
    this.#services = new Services({ ...parts, middleware, fetchLink: this.#linkOptions });
    this.#fetching = new Fetching({
      link: this.#linkOptions,
      order: new QueueOrder(queues, Math.random),
      slots,
      concurrency,
      log: this.#log,
      onJobs: (jobs) => this.#runner.accept(jobs),
      onClassic: () => this.#liveness.becomeClassic(),
    });
    this.#stopped = new Promise((resolve) => {
      this.#onStopped = resolve;
    });
    this.#link.events.on("connected", () => tellListeners(() => this.events.emit("connected")));
    this.#link.events.on("disconnected", (error) => {
      this.#log.warn({ event: "worker.disconnected", err: error });
      tellListeners(() => this.events.emit("disconnected", error));
    });
  }

  /**
   * Says which function runs the jobs of a type.
   * @throws RangeError when the type has a handler already, or an option makes no sense
   */
  handle<Type extends JobType<Jobs>>(
    type: Type,
    handler: Handler<Jobs[Type], Jobs>,
    options: HandlerOptions = {},
  ): this {
    this.#world.handlers.add(type, { handler: untyped(handler), options });
    return this;
  }

  /**
   * Says what is to run once in the whole fleet, on and on: a job of the jid, type and queue
   * `service.<name>`, which is never over. All workers that have it wait for it, and one runs it; when that
   * one stops, or its process dies, another takes it over. It takes none of the worker's slots.
   *
   * A worker that has services and no handler fetches no other jobs.
   * @throws RangeError when there is one of that name already, or an option makes no sense
   */
  service(name: string, handler: ServiceHandler<Jobs>, options: ServiceOptions = {}): this {
    if (this.#isStarted) throw new Error("a worker gets its services before it is started");
    this.#services.add(name, untyped(handler), options);
    return this;
  }

  /** Runs around each handler: it may look at the job, measure, catch, or throw. */
  use(middleware: Middleware<JobContext<Jobs>>): this {
    this.#world.middleware.add(untyped(middleware));
    return this;
  }

  /**
   * Connects, and begins to fetch. Resolves when it has; from then on it looks after itself.
   * @throws HandshakeRefused or ServerUnavailable when the server can't be reached at the start, and
   *   NotSupported when it can't keep the worker's services
   */
  async start(): Promise<void> {
    if (this.#isStarted) throw new Error("a worker is started once");
    this.#isStarted = true;
    try {
      await this.#link.connect();
      await this.#services.prepare();
    } catch (error) {
      this.#link.destroy();
      throw error;
    }
    await this.#live();
    this.#fetch();
  }

  /**
   * Starts, and works until SIGTERM, SIGINT or the server stops it; SIGTSTP makes it quiet. Resolves
   * with what became of the jobs that were running. It does not end the process, which ends by itself
   * when nothing else keeps it.
   */
  async run(): Promise<StopReport> {
    const unwire = onSignals(this);
    try {
      await this.start();
      return await this.#stopped;
    } finally {
      unwire();
    }
  }

  /**
   * Runs the handler of a job, inside of all middleware, without a server: for tests, which have
   * runJob and drain of `millrace/testing` for it.
   */
  perform(context: JobContext<Jobs>): Promise<Outcome> {
    return callHandler(this.#world, untyped(context));
  }

  /** Fetches no more; what runs goes on, and heartbeats too. */
  quiet(): void {
    if (this.#fetchingStopped !== undefined) return;
    this.#fetchingStopped = this.#stopFetching();
    this.#liveness.say("quiet");
    this.#log.info({ event: "worker.quiet" });
    tellListeners(() => this.events.emit("quiet"));
  }

  /**
   * Fetches no more, gives running jobs their time, then fires their signals, and soon after hands back
   * those that are left. Resolves when the server knows, with what became of each. Safe to call twice:
   * the shorter time counts.
   */
  stop({
    timeoutMs = this.#options.shutdownTimeoutMs ?? 25_000,
  }: StopOptions = {}): Promise<StopReport> {
    void pause(timeoutMs, this.#hurry.signal).then(() => this.#hurry.abort());
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#onStopped(this.#stop());
    }
    return this.#stopped;
  }

  async #stop(): Promise<StopReport> {
    this.#log.info({ event: "worker.stopping" });
    tellListeners(() => this.events.emit("stopping"));
    this.#fetchingStopped ??= this.#stopFetching();
    this.#liveness.say("terminate");
    const servicesStopped = this.#services.stop();
    this.#runner.beginStop(!this.#fetching.isClassic);
    const idle = this.#fetchingStopped.then(() => this.#runner.whenIdle());
    await Promise.race([idle, once(this.#hurry.signal, "abort")]);
    this.#runner.interrupt();
    await Promise.all([idle, servicesStopped]);
    this.#hurry.abort();
    await this.#reports.settle(this.#linkOptions.callTimeoutMs);
    await this.#liveness.stop();
    await this.#link.close();
    const report = { jobs: [...this.#runner.stopped, ...this.#services.stopped] };
    this.#log.info({ event: "worker.stopped" });
    tellListeners(() => this.events.emit("stopped", report));
    return report;
  }

  // Either may come when the worker has been stopped meanwhile, by a signal.

  async #live(): Promise<void> {
    if (!this.#isStopping) await this.#liveness.start();
  }

  #fetch(): void {
    if (this.#isStopping) return;
    if (this.#fetchingStopped !== undefined) {
      this.#liveness.say("quiet");
    } else {
      this.#services.start();
      const hasOnlyServices = this.#services.size > 0 && this.#world.handlers.size === 0;
      if (!hasOnlyServices) this.#fetching.start();
    }
    this.#log.info({ event: "worker.started" });
  }

  async #stopFetching(): Promise<void> {
    await Promise.all([this.#fetching.stop(), this.#services.quiet()]);
  }
}
