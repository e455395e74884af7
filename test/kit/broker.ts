import { Broker, type BrokerChanges, type BrokerOptions } from "../../broker/broker.ts";
import { silentLogger } from "../../broker/logger.ts";
import { startRedis } from "./redis.ts";

export interface TestBroker {
  port: number;
  /** The socket of its private Redis. */
  redis: string;
  change(changes: BrokerChanges): void;
  stop(): Promise<void>;
}

/** A broker in this process, on a Redis and a port of its own. */
export async function startBroker(options: Partial<BrokerOptions> = {}): Promise<TestBroker> {
  const redis = await startRedis();
  const broker = new Broker({
    listen: { host: "127.0.0.1", port: 0 },
    redis: { socket: redis.socketPath },
    namespace: "test",
    access: { password: "", allowSingleHash: true },
    log: silentLogger,
    ...options,
  });
  const port = await broker.start();
  return {
    port,
    redis: redis.socketPath,
    change: (changes) => broker.change(changes),
    async stop() {
      await broker.stop();
      await redis.stop();
    },
  };
}
