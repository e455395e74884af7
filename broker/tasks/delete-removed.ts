import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Deletes, bit by bit, the jobs of removed queues and of cleared sets. */
export function deleteRemovedTask({ jobs }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "delete-removed",
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const count = await jobs.deleteRemoved();
      return count > 0 ? clock.now() : undefined;
    },
  });
}
