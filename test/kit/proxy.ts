import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stands between a store and its Redis. */
export interface RedisProxy {
  socketPath: string;
  /** From now on Redis' answers are thrown away; what it is told still arrives. */
  swallowAnswers(): void;
  /** Breaks all connections; new ones work again. */
  cut(): void;
  /** So often, who says this word is cut off instead of being heard. */
  cutAtWord(word: string, times: number): void;
  stop(): void;
}

export async function startProxy(redisSocketPath: string): Promise<RedisProxy> {
  const folder = mkdtempSync(join(tmpdir(), "millrace-proxy-"));
  const socketPath = join(folder, "proxy.sock");
  const open = new Set<Socket>();
  let isSwallowing = false;
  let cutWord = "";
  let cutsLeft = 0;
  const server = createServer((near) => {
    const far = connect(redisSocketPath);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (told: Buffer) => {
      if (cutsLeft > 0 && told.includes(cutWord)) {
        cutsLeft--;
        near.destroy();
      } else {
        far.write(told);
      }
    });
    far.on("data", (answer: Buffer) => {
      if (!isSwallowing) near.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const cut = () => {
    isSwallowing = false;
    for (const socket of open) socket.destroy();
  };
  return {
    socketPath,
    swallowAnswers() {
      isSwallowing = true;
    },
    cut,
    cutAtWord(word, times) {
      cutWord = word;
      cutsLeft = times;
    },
    stop() {
      server.close();
      cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
