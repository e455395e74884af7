import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Keeps this broker's clock in step with Redis', which all brokers share. */
export function syncClockTask(follow: () => Promise<void>, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "sync-clock",
    longestSleepMs: 30_000,
    clock,
    log,
    work: async () => {
      await follow();
      return undefined;
    },
  });
}
