import { fileURLToPath } from "node:url";
import { ask } from "../ask.ts";
import type { RedisProbe } from "../redis-probe.ts";

/** A server that runs, and what is known of it. */
export interface Contender {
  readonly name: string;
  /** What an acknowledged job survives. */
  readonly durability: string;
  readonly host: string;
  readonly port: number;
  /** Its processes, where they are ours to look at. */
  readonly pids: Readonly<Partial<Record<"broker" | "redis", number>>>;
  /** Its Redis, where there is one that we may ask. */
  readonly redis?: RedisProbe;
  /** The program that loads it. */
  readonly generator: string;
  /** Deletes all that it holds. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export type Starter = () => Promise<Contender>;

const GENERATOR = fileURLToPath(new URL("../load/main.ts", import.meta.url));

/** A server that speaks the Faktory Work Protocol. */
export function onTheWire(server: Omit<Contender, "generator" | "flush">): Contender {
  return {
    ...server,
    generator: GENERATOR,
    async flush() {
      await ask(server, "FLUSH");
    },
  };
}
