import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { until } from "./until.ts";

export interface PrivateRedis {
  readonly socketPath: string;
  /** Where it keeps its files. */
  readonly folder: string;
  readonly pid: number;
  /** Kills it and removes its files. Safe twice. Happens by itself when the process exits. */
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** More of redis-server's own arguments; they override those below. */
  readonly args?: readonly string[];
  /** The files of an earlier one, to see what survived. Then `stop` leaves them. */
  readonly folder?: string;
}

/** Starts a Redis (or Valkey) of the test's own, which stores nothing unless it is told to. */
export async function startRedis({ args = [], folder }: RedisOptions = {}): Promise<PrivateRedis> {
  const home = folder ?? mkdtempSync(join(tmpdir(), "millrace-redis-"));
  const socketPath = join(home, "redis.sock");
  const own = ["--port", "0", "--unixsocket", socketPath, "--dir", home];
  const storage = ["--save", "", "--appendonly", "no"];
  const logPath = join(home, "redis.log");
  const log = openSync(logPath, "a");
  const server = spawn(findServer(), [...own, ...storage, ...args], {
    stdio: ["ignore", log, log],
  });
  closeSync(log);

  const kill = () => {
    process.off("exit", kill);
    server.kill("SIGKILL");
    if (folder === undefined) rmSync(home, { recursive: true, force: true });
  };
  process.on("exit", kill);
  server.unref(); // a test that forgets to stop it ends nevertheless, and it with the test
  const stop = async () => {
    server.ref();
    const ended = hasEnded(server) ? undefined : once(server, "exit");
    server.kill("SIGKILL");
    await ended; // before its folder goes
    kill();
  };

  try {
    await until(() => hasEnded(server) || answersPing(socketPath), {
      what: "redis-server answers",
    });
    if (hasEnded(server) || server.pid === undefined) throw new Error("redis-server ended");
  } catch (cause) {
    const said = readFileSync(logPath, "utf8");
    await stop();
    throw new Error(`redis-server did not start; it said:\n${said}`, { cause });
  }
  return { socketPath, folder: home, pid: server.pid, stop };
}

function hasEnded(server: ChildProcess): boolean {
  return server.exitCode !== null || server.signalCode !== null;
}

function findServer(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = ["redis-server", "valkey-server"].find((name) =>
    folders.some((folder) => existsSync(join(folder, name))),
  );
  if (found === undefined) throw new Error("no redis-server or valkey-server is on the PATH");
  return found;
}

/** False while there is no socket yet, and while it still loads its files (`-LOADING`). */
async function answersPing(socketPath: string): Promise<boolean> {
  const socket = createConnection(socketPath);
  socket.write("PING\r\n");
  try {
    for await (const reply of socket) return String(reply).startsWith("+PONG");
  } catch {
    // Nobody listens there yet.
  }
  return false;
}
