import { fileURLToPath } from "node:url";
import { startRedis } from "../../test/kit/redis.ts";
import { RedisProbe } from "../redis-probe.ts";
import type { Contender } from "./contender.ts";

const GENERATOR = fileURLToPath(new URL("../load/bullmq.ts", import.meta.url));

/** BullMQ has no server but Redis: what a broker does elsewhere, the load generator does here. */
export async function startBullMq(): Promise<Contender> {
  const server = await startRedis({
    args: ["--appendonly", "yes", "--appendfsync", "everysec"],
  });
  const redis = new RedisProbe(server.socketPath);
  return {
    name: "BullMQ",
    durability: "AOF, fsync everysec",
    host: server.socketPath,
    port: 0,
    pids: { redis: server.pid },
    redis,
    generator: GENERATOR,
    flush: () => redis.deleteEverything(),
    async stop() {
      redis.close();
      await server.stop();
    },
  };
}
