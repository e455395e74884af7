import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Forgets workers that have stopped beating; what they had reserved is tried again. */
export function forgetWorkersTask(engine: Engine, clock: Clock, log: Logger): DueTask {
  return new DueTask({
    name: "forget-workers",
    longestSleepMs: 5_000,
    clock,
    log,
    work: async () => {
      const { jobs, workers } = engine;
      const count = await workers.forgetSilent((wids, since) => jobs.recoverFrom(wids, since));
      engine.statistics.forgotten += count;
      return count > 0 ? clock.now() : undefined;
    },
  });
}
