import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Does for batches what concerns too many jobs, or batches, for the step that made it necessary. */
export function doChoresTask({ batches, jobs }: Engine, clock: Clock, log: Logger): DueTask {
  const task = new DueTask({
    name: "do-chores",
    // All brokers hear of a chore when there is one; this is for when that got lost.
    longestSleepMs: 5_000,
    clock,
    log,
    work: async () => {
      const { isMore, areJobsDue } = await batches.doChores();
      if (areJobsDue) jobs.events.emit("due", clock.now());
      return isMore ? clock.now() : undefined;
    },
  });
  jobs.events.on("chores", () => task.wakeAt(clock.now()));
  return task;
}
