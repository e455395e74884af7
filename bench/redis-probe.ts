import { Redis } from "ioredis";

/** A command that took long: Redis' own measure, the time of waiting for a processor included. */
export interface SlowCommand {
  milliseconds: number;
  command: readonly string[];
}

/** Asks a server's Redis about itself. */
export class RedisProbe {
  readonly #redis: Redis;

  constructor(socketPath: string) {
    this.#redis = new Redis(socketPath, { lazyConnect: true, enableReadyCheck: false });
  }

  close(): void {
    this.#redis.disconnect();
  }

  /** The process. */
  async pid(): Promise<number> {
    return this.#number("server", "process_id");
  }

  async usedMemoryBytes(): Promise<number> {
    return this.#number("memory", "used_memory");
  }

  /** How many commands it has done since it began, those in scripts included. */
  async commandCount(): Promise<number> {
    return this.#number("stats", "total_commands_processed");
  }

  async version(): Promise<string> {
    return (await this.#info("server", "redis_version")) ?? "unknown";
  }

  /** Whether it writes a snapshot, or its file anew. */
  async isSaving(): Promise<boolean> {
    const info = await this.#redis.info("persistence");
    return /^(rdb_bgsave|aof_rewrite)_in_progress:1/m.test(info);
  }

  /** Forgets the slow commands, and keeps those to come that take at least so long. */
  async watchForSlow(fromMs: number): Promise<void> {
    await this.#redis.config("SET", "slowlog-log-slower-than", String(fromMs * 1000));
    await this.#redis.config("SET", "slowlog-max-len", "10000");
    await this.#redis.slowlog("RESET");
  }

  /** But for these questions themselves: to forget ten thousand commands is slow. */
  async slowCommands(): Promise<SlowCommand[]> {
    const entries = (await this.#redis.slowlog("GET", -1)) as [number, number, number, string[]][];
    return entries
      .map(([, , micros, command]) => ({ milliseconds: micros / 1000, command }))
      .filter(({ command: [name] }) => name?.toLowerCase() !== "slowlog");
  }

  /** One after another. */
  async pingOften(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent++) await this.#redis.ping();
  }

  /** Of a set. */
  memberCount(key: string): Promise<number> {
    return this.#redis.scard(key);
  }

  async deleteEverything(): Promise<void> {
    await this.#redis.flushall();
  }

  async #number(section: string, field: string): Promise<number> {
    return Number(await this.#info(section, field));
  }

  async #info(section: string, field: string): Promise<string | undefined> {
    const text = await this.#redis.info(section);
    return new RegExp(`^${field}:(.*?)\\r?$`, "m").exec(text)?.[1];
  }
}
