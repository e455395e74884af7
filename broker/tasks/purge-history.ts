import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Deletes the counts of days that are too old. */
export function purgeHistoryTask({ jobs }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "purge-history",
    longestSleepMs: 3_600_000,
    clock,
    log,
    work: async () => {
      await jobs.purgeHistory();
      return undefined;
    },
  });
}
