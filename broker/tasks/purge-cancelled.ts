import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Deletes cancelled jobs that are too old or too many. */
export function purgeCancelledTask({ cancellations }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "purge-cancelled",
    longestSleepMs: 60_000,
    clock,
    log,
    work: async () => {
      const count = await cancellations.purge();
      return count > 0 ? clock.now() : undefined;
    },
  });
}
