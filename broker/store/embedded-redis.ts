import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Logger } from "../logger.ts";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";

/** When an acknowledged job is on the disk: before the reply, or within a second after it. */
export type Durability = "always" | "everysec";

export interface EmbeddedRedisOptions {
  /** Where its data and its socket are. Made when it does not exist. */
  directory: string;
  durability: Durability;
  log: Logger;
  /** It died over and over and is not started again. */
  onGivenUp: (error: Error) => void;
}

const PROGRAMS = ["redis-server", "valkey-server"];

/** The system's limit for the path of a unix socket, on the strictest system. */
const MAX_SOCKET_PATH_BYTES = 103;

/** How long a Redis may take to stop: it has to write what it holds to the disk. */
const STOP_MS = 10_000;

/** It is started again so often within this time; then something is wrong that no start mends. */
const MAX_DEATHS = 3;
const DEATHS_WITHIN_MS = 60_000;

/** A Redis of the broker's own: a child process with an append-only file, on a unix socket. */
export class EmbeddedRedis {
  readonly socket: string;
  readonly #options: EmbeddedRedisOptions;
  readonly #program: string;
  readonly #lock: DirectoryLock;
  readonly #deaths: number[] = [];
  #child: ChildProcess | undefined;
  #isStopping = false;
  /** The last lines that it has written: they tell why it died. */
  #lastLines: string[] = [];

  private constructor(options: EmbeddedRedisOptions, program: string, lock: DirectoryLock) {
    this.#options = options;
    this.#program = program;
    this.#lock = lock;
    this.socket = socketIn(options.directory);
  }

  /** Resolves when it has loaded its data and answers. Rejects with the reason when it can't be started. */
  static async start(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
    const { directory } = options;
    const program = findProgram();
    if (Buffer.byteLength(socketIn(directory)) > MAX_SOCKET_PATH_BYTES) {
      throw new Error(`the path ${directory} is too long for a unix socket: choose a shorter -d`);
    }
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lock = await lockDirectory(directory);
    const redis = new EmbeddedRedis(options, program, lock);
    try {
      await stopOrphan(redis.socket, options.log);
      await redis.#launch();
    } catch (error) {
      await redis.stop();
      throw error;
    }
    return redis;
  }

  /** Resolves when all is on the disk and the process has ended. Safe to call twice. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child !== undefined) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(kill);
    }
    await this.#lock.release();
  }

  async #launch(): Promise<void> {
    const { directory, durability, log } = this.#options;
    const child = spawn(this.#program, serverArguments(directory, this.socket, durability), {
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C is for the broker, which still needs its Redis to finish what is under way.
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.#note(line));
    }
    const guard = child.pid === undefined ? undefined : startGuard(child.pid);
    let death: Error | undefined;
    let hasAnswered = false;
    child.once("error", (error) => {
      death = error;
    });
    child.once("close", (code, signal) => {
      guard?.kill();
      this.#child = undefined;
      const why = `${this.#program} ended with ${signal ?? `code ${code}`}`;
      death ??= new Error([`${why}. Its last words:`, ...this.#lastLines].join("\n  "));
      if (hasAnswered && !this.#isStopping) void this.#restart(death);
    });
    await untilAnswering(this.socket, () => {
      if (death !== undefined) throw death;
    });
    hasAnswered = true;
    log.info({ event: "redis.started", program: this.#program, redisPid: child.pid, directory });
  }

  async #restart(death: Error): Promise<void> {
    const { log, onGivenUp } = this.#options;
    const now = performance.now();
    this.#deaths.push(now);
    while (now - (this.#deaths[0] ?? now) > DEATHS_WITHIN_MS) this.#deaths.shift();
    if (this.#deaths.length > MAX_DEATHS) return onGivenUp(death);
    log.error({ event: "redis.died", err: death });
    try {
      await this.#launch();
    } catch (error) {
      if (!this.#isStopping) await this.#restart(error instanceof Error ? error : death);
    }
  }

  #note(line: string): void {
    this.#lastLines = [...this.#lastLines.slice(-4), line];
    // Redis marks its warnings with a hash sign, as in `4711:M 01 Jan 2026 12:00:00.000 # …`.
    const [, mark, text] = /^\d+:\w .{24,26} ([.\-*#]) (.*)$/.exec(line) ?? [];
    if (mark !== "#") return;
    const isWarning = text?.startsWith("WARNING") ?? false;
    this.#options.log[isWarning ? "warn" : "debug"]({ event: "redis.says", text });
  }
}

/** Not the name that Faktory's Redis uses: both may have the same directory, one after the other. */
function socketIn(directory: string): string {
  return join(directory, "millrace-redis.sock");
}

function findProgram(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = PROGRAMS.find((program) =>
    folders.some((folder) => isExecutable(join(folder, program))),
  );
  if (found !== undefined) return found;
  throw new Error(
    `neither ${PROGRAMS.join(" nor ")} is on the PATH: install one, or name a running Redis with --redis`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function serverArguments(directory: string, socket: string, durability: Durability): string[] {
  const settings = {
    port: "0",
    unixsocket: socket,
    unixsocketperm: "700",
    dir: directory,
    appendonly: "yes",
    appendfsync: durability,
    // A snapshot would only repeat what the append-only file has.
    save: "",
    // A job must never be thrown away to make room for another.
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/**
 * A shell that stops Redis when this process is gone, however it went: it waits for the end of its
 * standard input, which only this process holds open.
 */
function startGuard(pid: number): ChildProcess {
  const guard = spawn("/bin/sh", ["-c", 'read -r _; kill -TERM "$0"', String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  guard.unref();
  return guard;
}

/** Stops a Redis that an earlier broker has left behind: we have the lock, so nobody needs it. */
async function stopOrphan(socket: string, log: Logger): Promise<void> {
  const deadline = performance.now() + STOP_MS;
  while ((await ask(socket, "SHUTDOWN")) !== undefined) {
    if (performance.now() > deadline)
      throw new Error(`a Redis that listens on ${socket} does not stop`);
    log.info({ event: "redis.orphan-stopping", socket });
    await pause();
  }
}

async function untilAnswering(socket: string, checkAlive: () => void): Promise<void> {
  for (;;) {
    checkAlive();
    // While it reads its file it answers with LOADING, however long that takes.
    if ((await ask(socket, "PING"))?.startsWith("+PONG")) return;
    await pause();
  }
}

/** Sends one command; undefined when nobody listens. A connection that just ends gives "". */
function ask(path: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let reply = "";
    let isConnected = false;
    socket.once("connect", () => {
      isConnected = true;
      socket.write(`${command}\r\n`);
    });
    socket.on("data", (chunk: Buffer) => {
      reply += chunk.toString();
      if (reply.endsWith("\r\n")) socket.destroy();
    });
    socket.once("error", () => {});
    socket.once("close", () => resolve(isConnected ? reply : undefined));
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
