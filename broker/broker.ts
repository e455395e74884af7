import { type Clock, SystemClock } from "./clock.ts";
import { Engine } from "./engine/engine.ts";
import { Password, type PasswordOptions } from "./engine/password.ts";
import type { Logger } from "./logger.ts";
import type { ConnectionLimits } from "./server/connection.ts";
import { DEFAULT_LIMITS, Server } from "./server/server.ts";
import { type RedisAddress, RedisLink } from "./store/redis-link.ts";
import { RedisStore } from "./store/redis-store.ts";
import type { DueTask } from "./tasks/due-task.ts";
import { expireReservationsTask } from "./tasks/expire-reservations.ts";
import { forgetWorkersTask } from "./tasks/forget-workers.ts";
import { promoteTask } from "./tasks/promote.ts";
import { purgeDeadTask } from "./tasks/purge-dead.ts";
import { syncClockTask } from "./tasks/sync-clock.ts";

export interface BrokerOptions {
  listen: { host: string; port: number };
  redis: RedisAddress;
  /** Brokers with the same Redis and namespace share all jobs. */
  namespace: string;
  access: PasswordOptions;
  limits?: Partial<ConnectionLimits>;
  log: Logger;
  /** Redis' time, unless a test owns the clock. */
  clock?: Clock;
  /** As Math.random. */
  random?: () => number;
}

/** A broker: everything of it is in Redis, so it may be stopped or lost at any moment. */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #store: RedisStore;
  readonly #server: Server;
  readonly #engine: Engine;
  readonly #tasks: DueTask[];
  #stopped: Promise<void> | undefined;

  constructor(options: BrokerOptions) {
    const { redis, namespace, access, limits, log, random = Math.random } = options;
    const systemClock = new SystemClock();
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.#store = new RedisStore(new RedisLink(redis, log), namespace, clock, log);
    this.#engine = new Engine({ store: this.#store, clock, random, log });
    const context = { engine: this.#engine, password: new Password(access), clock, log };
    this.#server = new Server(context, { ...DEFAULT_LIMITS, ...limits });
    this.#tasks = [promoteTask, expireReservationsTask, forgetWorkersTask, purgeDeadTask].map(
      (task) => task(this.#engine, clock, log),
    );
    if (clock === systemClock) {
      this.#tasks.push(syncClockTask(systemClock, () => this.#store.time(), log));
    }
  }

  /** Resolves with the port once clients are accepted. Rejects when Redis or the port can't be had. */
  async start(): Promise<number> {
    await this.#store.open();
    if ("url" in this.#options.redis) await this.#warnOfDangers();
    const { host, port } = this.#options.listen;
    for (const task of this.#tasks) task.start();
    try {
      return await this.#server.listen(port, host);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Lets commands that are under way finish. Resolves when all is stopped; safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** An embedded Redis is as the operator wished; one that somebody else runs may not be. */
  async #warnOfDangers(): Promise<void> {
    const dangers = await this.#store.findDangers();
    for (const danger of dangers) this.#options.log.warn({ event: "redis.unsafe", danger });
  }

  async #stop(): Promise<void> {
    this.#engine.fetches.stop();
    await this.#server.stop();
    await Promise.all(this.#tasks.map((task) => task.stop()));
    this.#store.close();
  }
}
