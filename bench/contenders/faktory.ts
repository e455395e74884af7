import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { temporaryDirectory } from "../../test/kit/serve.ts";
import { until } from "../../test/kit/until.ts";
import { RedisProbe } from "../redis-probe.ts";
import { endWithUs } from "./child.ts";
import { type Contender, onTheWire } from "./contender.ts";

/** A Faktory on an empty directory, as it comes but for its web pages, which are off. */
export async function startFaktory(program: string): Promise<Contender> {
  const directory = temporaryDirectory();
  const port = await findFreePort();
  const places = ["-b", `127.0.0.1:${port}`, "-w", ":0", "-d", directory, "-c", directory];
  const { FAKTORY_PASSWORD: _, ...environment } = process.env;
  const child = spawn(program, [...places, "-l", "warn", "-e", "development"], {
    stdio: "ignore",
    env: { ...environment, HOME: directory },
  });
  const stopFaktory = endWithUs(child);
  await until(() => child.exitCode !== null || canConnect(port), {
    what: `${program} listens`,
    withinMs: 15_000,
  });
  if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}`);
  const redis = new RedisProbe(join(directory, "redis.sock"));
  return onTheWire({
    name: "Faktory",
    durability: "RDB, up to 30 s or 120 s late",
    host: "127.0.0.1",
    port,
    pids: { broker: child.pid ?? 0, redis: await redis.pid() },
    redis,
    async stop() {
      redis.close();
      await stopFaktory();
    },
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
