import { type Clock, SystemClock } from "./clock.ts";
import { ArgumentParser } from "./commands/argument-parser.ts";
import { CommandFeed } from "./commands/command-feed.ts";
import { Engine } from "./engine/engine.ts";
import { Password, type PasswordOptions } from "./engine/password.ts";
import type { Logger } from "./logger.ts";
import { DEFAULT_LIMITS, type ServerLimits } from "./server/limits.ts";
import type { Certificate } from "./server/listener.ts";
import { Server } from "./server/server.ts";
import { type RedisAddress, RedisLink } from "./store/redis-link.ts";
import { RedisStore } from "./store/redis-store.ts";
import { deleteRemovedTask } from "./tasks/delete-removed.ts";
import { doChoresTask } from "./tasks/do-chores.ts";
import type { DueTask } from "./tasks/due-task.ts";
import { expireBatchesTask } from "./tasks/expire-batches.ts";
import { expireReservationsTask } from "./tasks/expire-reservations.ts";
import { findStalledTask } from "./tasks/find-stalled.ts";
import { forgetDoneTask } from "./tasks/forget-done.ts";
import { forgetWorkersTask } from "./tasks/forget-workers.ts";
import { goOnCancellingTask } from "./tasks/go-on-cancelling.ts";
import { keepAliveTask } from "./tasks/keep-alive.ts";
import { promoteTask } from "./tasks/promote.ts";
import { purgeCancelledTask } from "./tasks/purge-cancelled.ts";
import { purgeDeadTask } from "./tasks/purge-dead.ts";
import { purgeHistoryTask } from "./tasks/purge-history.ts";
import { saveFiguresTask } from "./tasks/save-figures.ts";
import { syncClockTask } from "./tasks/sync-clock.ts";

export interface BrokerOptions {
  listen: { host: string; port: number };
  redis: RedisAddress;
  /** Brokers with the same Redis and namespace share all jobs. */
  namespace: string;
  access: PasswordOptions;
  /** Whether a worker without leases that stopped beating loses its jobs; by default it does. */
  recoverSilentWorkers?: boolean;
  limits?: Partial<ServerLimits>;
  /** With one, clients have to speak TLS, 1.2 or later. */
  certificate?: Certificate | undefined;
  log: Logger;
  /** Redis' time, unless a test owns the clock. */
  clock?: Clock;
  /** As Math.random. */
  random?: () => number;
}

const TASKS = [
  keepAliveTask,
  promoteTask,
  expireReservationsTask,
  findStalledTask,
  forgetWorkersTask,
  goOnCancellingTask,
  doChoresTask,
  expireBatchesTask,
  saveFiguresTask,
  purgeDeadTask,
  purgeCancelledTask,
  forgetDoneTask,
  purgeHistoryTask,
  deleteRemovedTask,
];

/** What a broker can take while it runs; what is left out stays. TLS can't be switched on or off. */
export type BrokerChanges = Pick<BrokerOptions, "limits" | "certificate"> &
  Partial<Pick<BrokerOptions, "access" | "recoverSilentWorkers">>;

/** A broker: everything of it is in Redis, so it may be stopped or lost at any moment. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #store: RedisStore;
  readonly #server: Server;
  readonly #engine: Engine;
  readonly #password: Password;
  readonly #parser = new ArgumentParser();
  readonly #tasks: DueTask[];
  /** Sets the clock right; a test's clock is right by itself. */
  readonly #followTime: () => Promise<void> = async () => {};
  #stopped: Promise<void> | undefined;

  constructor(options: BrokerOptions) {
    const { redis, namespace, log, random = Math.random } = options;
    const systemClock = new SystemClock();
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.#store = new RedisStore(new RedisLink(redis, log), namespace, clock, log);
    this.#engine = new Engine({ store: this.#store, clock, random, log });
    this.#engine.workers.recoversSilent = options.recoverSilentWorkers ?? true;
    this.#password = new Password(options.access);
    const context = {
      engine: this.#engine,
      password: this.#password,
      feed: new CommandFeed(),
      parser: this.#parser,
      clock,
      log,
    };
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#server = new Server(context, limits, options.certificate);
    this.#tasks = TASKS.map((task) => task(this.#engine, clock, log));
    if (clock === systemClock) {
      this.#followTime = () => systemClock.follow(() => this.#store.time());
      this.#tasks.push(syncClockTask(this.#followTime, clock, log));
    }
  }

  /** Resolves with the port once clients are accepted. Rejects when Redis or the port can't be had. */
  async start(): Promise<number> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** For all that connect from now on; and for all workers that fall silent. */
  change({ access, recoverSilentWorkers, limits, certificate }: BrokerChanges): void {
    if (access !== undefined) this.#password.change(access);
    if (recoverSilentWorkers !== undefined) {
      this.#engine.workers.recoversSilent = recoverSilentWorkers;
    }
    if (limits !== undefined) this.#server.limit(limits);
    if (certificate !== undefined) this.#server.certify(certificate);
  }

  /** What it has in hand, for a person who wonders. */
  describe(): { connections: number; identified: number; commands: number } {
    const { connections, commands } = this.#engine.statistics;
    return { connections: this.#server.connectionCount, identified: connections, commands };
  }

  /** Lets commands that are under way finish. Resolves when all is stopped; safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(): Promise<number> {
    await this.#store.open();
    if ("url" in this.#options.redis) await this.#warnOfDangers();
    // First of all: by a clock that is wrong, jobs would be due and workers be silent that are not.
    await this.#followTime();
    for (const task of this.#tasks) task.start();
    const { host, port } = this.#options.listen;
    return await this.#server.listen(port, host);
  }

  /** An embedded Redis is as the operator wished; one that somebody else runs may not be. */
  async #warnOfDangers(): Promise<void> {
    const dangers = await this.#store.findDangers();
    for (const danger of dangers) this.#options.log.warn({ event: "redis.unsafe", danger });
  }

  async #stop(): Promise<void> {
    this.#engine.fetches.stop();
    await this.#server.stop();
    await this.#parser.stop();
    await Promise.all(this.#tasks.map((task) => task.stop()));
    this.#store.close();
  }
}
