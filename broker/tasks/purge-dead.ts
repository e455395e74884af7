import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** FWP: dead jobs are kept for 180 days, for a person to look at. */
const KEPT_MS = 180 * 24 * 60 * 60 * 1_000;

/** More than a person looks at, and few enough that a mishap does not fill Redis. */
const KEPT_COUNT = 100_000;

/** Deletes dead jobs that are too old or too many. */
export function purgeDeadTask(engine: Engine, clock: Clock, log: Logger): DueTask {
  const { store, statistics } = engine;
  return new DueTask({
    name: "purge-dead",
    longestSleepMs: 60_000,
    clock,
    log,
    work: async () => {
      const startedAt = clock.now();
      const count = await store.purgeDead({ diedBefore: startedAt - KEPT_MS, keep: KEPT_COUNT });
      if (count > 0) log.info({ event: "dead.purged", count });
      const { purger } = statistics;
      purger.cycles++;
      purger.purged += count;
      purger.wallTimeMs += clock.now() - startedAt;
      return count > 0 ? clock.now() : undefined;
    },
  });
}
