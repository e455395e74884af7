import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** How long a client that does nothing wrong waited for its replies. */
export interface Waits {
  count: number;
  medianMs: number;
  /** 19 of 20 waited no longer than this. */
  p95Ms: number;
  worstMs: number;
}

/** A client of the usual kind, in a process of its own: PUSH, FETCH and ACK, over and over. */
export interface HealthyClient {
  /** Its waits since the last report, the one that still lasts included. Throws when a reply was wrong. */
  report(): Promise<Waits>;
  stop(): Promise<void>;
}

export async function startHealthyClient(port: number, password = ""): Promise<HealthyClient> {
  const program = fileURLToPath(new URL("./probe.ts", import.meta.url));
  const child = fork(program, [String(port), password], { execArgv: ["--import", "tsx"] });
  await once(child, "message");
  return {
    async report() {
      child.send("report");
      const [message] = (await once(child, "message")) as [{ times: number[]; trouble?: string }];
      if (message.trouble !== undefined) throw new Error(message.trouble);
      return summary(message.times.toSorted((a, b) => a - b));
    },
    async stop() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

function summary(sorted: readonly number[]): Waits {
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const worstMs = sorted.at(-1) ?? Number.NaN;
  return { count: sorted.length, medianMs: at(0.5), p95Ms: at(0.95), worstMs };
}
