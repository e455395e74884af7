import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Deletes dead jobs that are too old or too many. */
export function purgeDeadTask({ jobs, statistics }: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "purge-dead",
    longestSleepMs: 60_000,
    clock,
    log,
    work: async () => {
      const startedAt = clock.now();
      const count = await jobs.purgeDead();
      const { purger } = statistics;
      purger.cycles++;
      purger.purged += count;
      purger.wallTimeMs += clock.now() - startedAt;
      return count > 0 ? clock.now() : undefined;
    },
  });
}
