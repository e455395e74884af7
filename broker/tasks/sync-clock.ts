import type { SystemClock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Keeps this broker's clock in step with Redis', which all brokers share. */
export function syncClockTask(
  clock: SystemClock,
  askTime: () => Promise<number>,
  log: Logger,
): DueTask {
  return new DueTask({
    name: "sync-clock",
    longestSleepMs: 30_000,
    clock,
    log,
    work: async () => {
      await clock.follow(askTime);
      return undefined;
    },
  });
}
