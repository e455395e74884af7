import { type Command, Redis, type RedisOptions, ReplyError } from "ioredis";
import type { Logger } from "../logger.ts";
import { type Argument, EncodedCall, encodeHead } from "./encoded-call.ts";
import { StoreUnavailable } from "./store.ts";

/** Where Redis is: a URL (`redis://`, `rediss://`, `unix://`) or the path of a unix socket. */
export type RedisAddress = { url: string } | { socket: string };

/** How long a command waits for a connection that is away: a restart of Redis fits in. */
const PATIENCE_MS = 3_000;

/** How long Redis may take to answer. Then the connection is given up, since a late answer could
 *  hand out a job that nobody is waiting for any longer. */
const CALL_MS = 5_000;

const OPTIONS = {
  lazyConnect: true,
  protocol: 2,
  // A command is sent once, on a connection that stands; what to do again is ours to decide.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // When ioredis does it by itself and fails, nobody catches the error, and the process ends.
  autoResubscribe: false,
  // What is under way when a connection breaks fails at once. With any other value ioredis forgets
  // it, and who waits for it would do so until the end of CALL_MS.
  maxRetriesPerRequest: 0,
  connectTimeout: PATIENCE_MS,
  retryStrategy: (times) => Math.min(times * 50, 500),
  // After a fail-over the old primary is read-only: look again for the one that is not.
  reconnectOnError: ({ message }) => message.startsWith("READONLY"),
} satisfies RedisOptions;

/** The connections to one Redis: one for commands, and one that listens to a channel. */
export class RedisLink {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #log: Logger;
  /** When each call was sent that has not been answered yet, the first one first. */
  readonly #sentAt = new Map<Command, number>();
  #watchdog: NodeJS.Timeout | undefined;
  #isReady = false;
  readonly #onReady = new Set<() => void>();

  constructor(address: RedisAddress, log: Logger) {
    this.#log = log;
    this.#redis =
      "url" in address ? new Redis(address.url, OPTIONS) : new Redis(address.socket, OPTIONS);
    this.#subscriber = this.#redis.duplicate();
    this.#watch();
  }

  /** Resolves when Redis answers; rejects with the reason when it can't be reached at all. */
  async connect(): Promise<void> {
    let reason: unknown;
    const keep = (error: unknown) => {
      reason = error;
    };
    this.#redis.on("error", keep);
    // Rejects at the first failed attempt, while more are made: what counts is whether one succeeds.
    this.#redis.connect().catch(keep);
    try {
      await this.#untilReady();
    } catch (error) {
      throw new StoreUnavailable(`Redis can't be reached: ${describe(reason ?? error)}`);
    } finally {
      this.#redis.off("error", keep);
    }
  }

  /** Calls back for each message on the channel, and whenever some may have been missed. */
  async subscribe(
    channel: string,
    onMessage: (message: string) => void,
    onGap: () => void,
  ): Promise<void> {
    const subscriber = this.#subscriber;
    subscriber.on("message", (_channel, message) => onMessage(message));
    await subscriber.connect();
    await subscriber.subscribe(channel);
    // It has reconnected. Should it fail again, then the next time.
    const again = () =>
      subscriber
        .subscribe(channel)
        .then(onGap)
        .catch((err: unknown) => this.#log.debug({ event: "redis.error", err }));
    subscriber.on("ready", () => void again());
  }

  /** Runs one command; its reply has bytes where Redis sent strings. */
  call(name: string, ...parameters: Argument[]): Promise<unknown> {
    return this.send(new EncodedCall(encodeHead(name, []), parameters));
  }

  /** The same for a call that is encoded already, and has not been sent before. */
  async send(command: EncodedCall): Promise<unknown> {
    if (!this.#isReady) await this.#untilReady();
    this.#cork();
    this.#sentAt.set(command, performance.now());
    if (this.#watchdog === undefined) this.#watchCalls(CALL_MS);
    try {
      return await this.#redis.sendCommand(command);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      this.#sentAt.delete(command);
    }
  }

  #watchCalls(ms: number): void {
    this.#watchdog = setTimeout(() => this.#giveUpIfLate(), ms).unref();
  }

  /** Looks at the call that has waited longest: replies come in their order. */
  #giveUpIfLate(): void {
    this.#watchdog = undefined;
    const [oldest] = this.#sentAt.values();
    if (oldest === undefined) return;
    const leftMs = oldest + CALL_MS - performance.now();
    if (leftMs > 0) {
      this.#watchCalls(leftMs);
      return;
    }
    this.#isReady = false; // while the connection is being closed, which takes a moment
    const late = new StoreUnavailable(`Redis did not answer within ${CALL_MS} ms`);
    for (const command of this.#sentAt.keys()) command.reject(late);
    this.#redis.disconnect(true);
  }

  /** All calls of one turn of the event loop go in one write. */
  #cork(): void {
    const { stream } = this.#redis;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  /** Calls back each time that the connection stands again. */
  onReconnected(listener: () => void): void {
    this.#redis.on("ready", listener);
  }

  close(): void {
    this.#isReady = false;
    this.#redis.disconnect();
    this.#subscriber.disconnect();
  }

  #watch(): void {
    this.#redis.on("ready", () => {
      this.#isReady = true;
      for (const resolve of this.#onReady) resolve();
      this.#onReady.clear();
      this.#log.debug({ event: "redis.connected" });
    });
    this.#redis.on("close", () => {
      if (this.#isReady) this.#log.warn({ event: "redis.lost" });
      this.#isReady = false;
    });
    this.#redis.on("error", (err) => this.#log.debug({ event: "redis.error", err }));
    this.#subscriber.on("error", (err) => this.#log.debug({ event: "redis.error", err }));
  }

  async #untilReady(): Promise<void> {
    let resolveReady = () => {};
    let giveUp: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        resolveReady = resolve;
        this.#onReady.add(resolveReady);
        giveUp = setTimeout(
          () => reject(new StoreUnavailable("Redis can't be reached at the moment")),
          PATIENCE_MS,
        );
      });
    } finally {
      this.#onReady.delete(resolveReady);
      clearTimeout(giveUp);
    }
  }
}

/** What Redis answers of itself when it can't serve now, as against a fault of ours. */
const REDIS_STATES =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|OOM|MISCONF|NOREPLICAS|BUSY|TRYAGAIN|NOAUTH|NOPERM)\b/;

function asUnavailable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof ReplyError) {
    if (!REDIS_STATES.test(error.message)) return error;
    return new StoreUnavailable(`Redis refuses: ${error.message}`, { cause: error });
  }
  if (!isOfConnection(error)) return error;
  return new StoreUnavailable("the connection to Redis was lost", { cause: error });
}

/** Those of ioredis' errors about a connection that have a class; it exports neither. */
const CONNECTION_ERRORS = ["MaxRetriesPerRequestError", "AbortError"];

/**
 * Whether an error tells of the connection, as against a fault of ours. ioredis has plain errors for
 * most of what happens to it, and a socket's own are plain ones with the system's code. What goes
 * wrong with what we gave it to send is a TypeError, a RangeError, or has a code of Node's.
 */
function isOfConnection(error: Error): boolean {
  if (CONNECTION_ERRORS.includes(error.name)) return true;
  const isPlain = Object.getPrototypeOf(error) === Error.prototype;
  return isPlain && !("code" in error && String(error.code).startsWith("ERR_"));
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
