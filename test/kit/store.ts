import { Redis } from "ioredis";
import { type Logger, silentLogger } from "../../broker/logger.ts";
import { type Keys, keysOf } from "../../broker/store/keys.ts";
import { RedisLink } from "../../broker/store/redis-link.ts";
import { RedisStore } from "../../broker/store/redis-store.ts";
import type { Enqueued } from "../../broker/store/store.ts";
import { TestClock } from "./clock.ts";
import { type PrivateRedis, startRedis } from "./redis.ts";
import { readState, type State, seed } from "./state.ts";

/** A store with a clock that the test owns, and ways to look behind it. */
export interface TestStore {
  store: RedisStore;
  clock: TestClock;
  link: RedisLink;
  keys: Keys;
  namespace: string;
  /** A connection of the test's own. */
  redis: Redis;
  socketPath: string;
  seed(given: Partial<State>): Promise<void>;
  state(): Promise<State>;
  /** What scripts have published so far. */
  notices(): Promise<string[]>;
  close(): void;
}

export interface TestStoreOptions {
  /** Where Redis is; the process's own by default. */
  socketPath?: string;
  /** Where the store itself finds it, when something is in between. */
  via?: string;
  /** One that no other test has, by default. */
  namespace?: string;
  clock?: TestClock;
  log?: Logger;
}

let shared: Promise<PrivateRedis> | undefined;
let count = 0;

/** The one Redis that all tests of a process use, each with a namespace of its own. */
export async function sharedRedis(): Promise<PrivateRedis> {
  shared ??= startRedis();
  return await shared;
}

export async function openStore(options: TestStoreOptions = {}): Promise<TestStore> {
  const { namespace = `test-${++count}`, clock = new TestClock() } = options;
  const socketPath = options.socketPath ?? (await sharedRedis()).socketPath;
  const keys = keysOf(namespace);
  const { via = socketPath, log = silentLogger } = options;
  const link = new RedisLink({ socket: via }, log);
  const store = new RedisStore(link, namespace, clock, log);
  const redis = new Redis(socketPath).on("error", () => {});
  // It does not connect again: ioredis would subscribe again, and fail where nobody can catch it.
  const listener = new Redis(socketPath, { retryStrategy: () => null }).on("error", () => {});
  const notices: string[] = [];
  listener.on("message", (_channel, message) => notices.push(message));
  await Promise.all([store.open(), listener.subscribe(keys.notices)]);
  return {
    store,
    clock,
    link,
    keys,
    namespace,
    redis,
    socketPath,
    seed: (given) => seed(redis, namespace, given),
    state: () => readState(redis, namespace),
    async notices() {
      await listener.ping(); // its answer comes after all that was published before
      return notices;
    },
    close() {
      store.close();
      redis.disconnect();
      listener.disconnect();
    },
  };
}

/** Puts into their queues the jobs that are due, as the engine does. */
export async function promote({ store, clock }: TestStore): Promise<Enqueued[]> {
  const now = clock.now();
  const due = (await store.waiting.firstDue(now)).filter(({ at }) => at <= now);
  return await store.waiting.enqueue(due, now);
}

/** A test's body with a store of its own. */
export function withStore(run: (world: TestStore) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = await openStore();
    try {
      await run(world);
    } finally {
      world.close();
    }
  };
}
