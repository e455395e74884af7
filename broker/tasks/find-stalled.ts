import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Notices jobs that tell nothing of their progress any more. */
export function findStalledTask(
  { stalls, statistics }: Engine,
  clock: Clock,
  log: Logger,
): DueTask {
  return new DueTask({
    name: "find-stalled",
    // No run is stalled sooner after it was last heard, so each is known of before its time.
    longestSleepMs: 1_000,
    clock,
    log,
    work: async () => {
      const { count, nextAt } = await stalls.findStalled();
      statistics.stalled += count;
      return nextAt;
    },
  });
}
