import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./child.ts";
import { type Contender, onTheWire } from "./contender.ts";

const PROGRAM = fileURLToPath(new URL("../null-server.ts", import.meta.url));

/** The server that answers and stores nothing. */
export async function startNull(jobBytes: number): Promise<Contender> {
  const child = fork(PROGRAM, [String(jobBytes)], { execArgv: ["--import", "tsx"] });
  const stop = endWithUs(child);
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return onTheWire({
    name: "null",
    durability: "stores nothing",
    host: "127.0.0.1",
    port,
    pids: { broker: child.pid ?? 0 },
    stop,
  });
}
