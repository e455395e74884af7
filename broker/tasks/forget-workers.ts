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
      const { forgotten, silent } = await workers.forgetSilent((wids, before) =>
        jobs.recoverFrom(wids, before),
      );
      engine.statistics.forgotten += forgotten;
      return silent > 0 ? clock.now() : undefined;
    },
  });
}
