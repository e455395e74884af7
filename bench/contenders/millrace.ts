import { join } from "node:path";
import { serve, temporaryDirectory } from "../../test/kit/serve.ts";
import { RedisProbe } from "../redis-probe.ts";
import { root } from "../root.ts";
import { type Contender, onTheWire } from "./contender.ts";

export type Durability = "always" | "everysec";

const MILLRACE = join(root, "dist/bin/millrace.js");

/** The built program, with an embedded Redis on an empty directory. */
export async function startMillrace(durability: Durability, name = "millrace"): Promise<Contender> {
  const directory = temporaryDirectory();
  const places = ["-b", "127.0.0.1:0", "-d", directory, "-c", directory];
  const flags = ["serve", ...places, "--durability", durability];
  const serving = await serve({ program: [MILLRACE], flags });
  const redis = new RedisProbe(join(directory, "millrace-redis.sock"));
  return onTheWire({
    name,
    durability: `AOF, fsync ${durability}`,
    host: "127.0.0.1",
    port: serving.port,
    pids: { broker: serving.process.pid ?? 0, redis: serving.redisPid },
    redis,
    async stop() {
      redis.close();
      await serving.stop();
    },
  });
}
