import { createAborter } from "./aborter.ts";
import { Cancelled } from "./errors.ts";
import type { Link } from "./link.ts";
import type { Logger } from "./logger.ts";
import { encodeOutgoingJob } from "./outgoing-job.ts";
import { pause } from "./pause.ts";
import type { Service } from "./service.ts";

/**
 * So long a service is missed, at the most, whose job was deleted between two runs: then nobody loses a
 * lease, and nothing tells of it. A push of a live job changes nothing, and costs less than the heartbeats of
 * that time, of which there are twelve.
 */
const INTERVAL_MS = 60_000;

/** By this part it is longer or shorter: a fleet that was started at once is not to push at once for ever. */
const JITTER = 0.1;

export interface ServiceUpkeepOptions {
  link: Pick<Link, "call" | "events">;
  log: Logger;
  /** Between two pushes, about; a minute where nothing is said. */
  intervalMs?: number | undefined;
}

/** Sees to it that the server has the jobs of a worker's services, whatever anybody deletes there. */
export class ServiceUpkeep {
  readonly #options: ServiceUpkeepOptions;
  readonly #stopping = createAborter();
  /** Those that are known to be. */
  readonly #cancelled = new Set<Service>();

  constructor(options: ServiceUpkeepOptions) {
    this.#options = options;
  }

  /** Resolves when the server has them; from then on it goes on by itself. @throws as a client's push */
  async begin(services: readonly Service[]): Promise<void> {
    await Promise.all(services.map((service) => this.#push(service)));
    // It may be another one by then, or have lost what it had.
    this.#options.link.events.on("connected", () => void this.#pushAgain(services));
    void this.#keep(services);
  }

  /** Pushes one whose run was taken away, without waiting for its time. Never rejects. */
  async renew(service: Service): Promise<void> {
    try {
      await this.#push(service);
    } catch (err) {
      this.#tellNotPushed(err);
    }
  }

  /** A push that is under way is given up: a stop is not to wait for it. */
  stop(): void {
    this.#stopping.abort();
  }

  async #keep(services: readonly Service[]): Promise<void> {
    const { intervalMs = INTERVAL_MS } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await pause(intervalMs * (1 + JITTER * (2 * Math.random() - 1)), signal);
      await this.#pushAgain(services);
    }
  }

  async #pushAgain(services: readonly Service[]): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    try {
      // Together, so that they leave in one packet, and one that fails keeps none of the others.
      await Promise.all(services.map((service) => this.#push(service, signal)));
    } catch (err) {
      if (!signal.aborted) this.#tellNotPushed(err);
    }
  }

  /** One that is there, in whatever process it runs, stays as it is. */
  async #push(service: Service, signal?: AbortSignal): Promise<void> {
    const { link, log } = this.#options;
    try {
      await link.call(`PUSH ${encodeOutgoingJob(service.job)}`, { signal });
      this.#cancelled.delete(service);
    } catch (err) {
      if (!(err instanceof Cancelled)) throw err;
      // Somebody wants it to be off. That is said once, and not each minute.
      if (this.#cancelled.has(service)) return;
      this.#cancelled.add(service);
      log.warn({ event: "service.cancelled", jid: service.jid, err });
    }
  }

  #tellNotPushed(err: unknown): void {
    this.#options.log.warn({ event: "service.not-pushed", err });
  }
}
