import { statSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";

/** Sees to it that only one broker runs a Redis in a directory: two would ruin its files. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * The lock is a unix socket that its owner listens on, so it ends with the owner's process, however
 * that ends, and needs no guess whether a process id still means the same process.
 * @throws Error when another process has the lock
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const path = join(directory, "millrace.lock");
  const server = createServer((socket) => socket.destroy());
  server.unref();
  if (!(await listens(server, path))) {
    if (await answers(path)) throw inUse(directory);
    unlinkSync(path);
    if (!(await listens(server, path))) throw inUse(directory);
  }
  // Two processes may both have found a stale lock, and the later one has replaced the earlier's.
  const { ino } = statSync(path);
  await new Promise((resolve) => setTimeout(resolve, 20));
  if (statSync(path).ino !== ino) throw inUse(directory);
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    };
    server.once("error", onError);
    server.listen(path, () => {
      server.off("error", onError);
      resolve(true);
    });
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function inUse(directory: string): Error {
  return new Error(
    `another millrace broker is running on ${directory}: choose another -d, or stop it`,
  );
}
