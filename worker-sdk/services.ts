import { MAX_QUEUES } from "../protocol/limits.ts";
import { checkServiceOptions } from "./check-options.ts";
import { NotSupported } from "./errors.ts";
import { Fetching } from "./fetching.ts";
import { Handlers } from "./handler.ts";
import { ReservationEnded } from "./job-errors.ts";
import type { AnyJobs } from "./job-map.ts";
import { JobRunner, type RunnerParts } from "./job-runner.ts";
import type { LinkOptions } from "./link.ts";
import type { Outcome } from "./outcome.ts";
import { checkQueue } from "./queue-check.ts";
import { QueueOrder } from "./queue-order.ts";
import type { RunningJob } from "./running-job.ts";
import { Service } from "./service.ts";
import type { ServiceHandler, ServiceOptions } from "./service-options.ts";
import { ServiceUpkeep } from "./service-upkeep.ts";
import { Slots } from "./slots.ts";
import type { StoppedJob } from "./worker-options.ts";

export type ServicesParts = Omit<
  RunnerParts,
  "handlers" | "schemas" | "slots" | "concurrency" | "conclude"
> & {
  /** For a connection of their own, over which all are waited for that run elsewhere. */
  fetchLink: LinkOptions;
  /** As the upkeep's, for tests. */
  upkeepIntervalMs?: number | undefined;
};

/**
 * The services of a worker. Each is a job that never comes to its end, for which every worker waits that
 * has the service; so it runs in one of them. They take none of the worker's slots.
 */
export class Services {
  readonly #parts: ServicesParts;
  readonly #services = new Map<string, Service>();
  readonly #handlers = new Handlers();
  readonly #upkeep: ServiceUpkeep;
  #fetching: Fetching | undefined;
  #runner: JobRunner | undefined;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
    const { link, log, upkeepIntervalMs: intervalMs } = parts;
    this.#upkeep = new ServiceUpkeep({ link, log, intervalMs });
  }

  /** @throws RangeError when there is one of that name already, or an option makes no sense */
  add(name: string, handler: ServiceHandler<AnyJobs>, options: ServiceOptions): void {
    checkServiceOptions(options);
    if (name === "") throw new RangeError("a service has a name");
    const service = new Service(name, handler, options);
    checkQueue(service.jid);
    if (this.#services.has(service.jid)) throw new RangeError(`${name} is a service already`);
    // All their queues are named in one FETCH.
    if (this.size === MAX_QUEUES)
      throw new RangeError(`a worker has at most ${MAX_QUEUES} services`);
    this.#services.set(service.jid, service);
    this.#handlers.add(service.jid, service);
  }

  get size(): number {
    return this.#services.size;
  }

  /** Sees to it that the server has them. @throws NotSupported where it can't; as a client's push */
  async prepare(): Promise<void> {
    if (this.size === 0) return;
    const { server } = await this.#parts.client.info();
    if (server.millrace_version === undefined) {
      throw new NotSupported("a service needs a server with leases, and this one is no millrace");
    }
    await this.#upkeep.begin([...this.#services.values()]);
  }

  /** Waits for each that does not run elsewhere. */
  start(): void {
    if (this.size === 0) return;
    const { log, fetchLink: link } = this.#parts;
    const concurrency = this.size;
    const slots = new Slots(concurrency);
    const runner = new JobRunner({
      ...this.#parts,
      handlers: this.#handlers,
      schemas: {},
      slots,
      concurrency,
      conclude: (running, outcome) => this.#conclude(running, outcome),
    });
    const order = new QueueOrder([...this.#services.keys()], Math.random);
    const onJobs = runner.accept.bind(runner);
    this.#fetching = new Fetching({ link, order, slots, concurrency, log, onJobs });
    this.#runner = runner;
    this.#fetching.start();
  }

  /** Waits for no more; resolves when none can come any longer. Those that run here go on. */
  async quiet(): Promise<void> {
    this.#upkeep.stop();
    await this.#fetching?.stop();
  }

  /** Fires the signals at once: there is no use in waiting for a service to end. Resolves when all have. */
  async stop(): Promise<void> {
    this.#runner?.beginStop(true);
    this.#runner?.interrupt();
    await this.quiet();
    await this.#runner?.whenIdle();
  }

  get stopped(): readonly StoppedJob[] {
    return this.#runner?.stopped ?? [];
  }

  async #conclude(running: RunningJob, outcome: Outcome): Promise<Outcome> {
    const service = this.#services.get(running.job.jid);
    if (service === undefined) return outcome;
    // Somebody else has it, or it was deleted with all that the server had.
    if (running.abortedFor instanceof ReservationEnded) void this.#upkeep.renew(service);
    return await service.conclude(running, outcome, this.#parts.client.jobs);
  }
}
