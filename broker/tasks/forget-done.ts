import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { Logger } from "../logger.ts";
import { DueTask } from "./due-task.ts";

/** Deletes jobs that are done and have been kept for their time. */
export function forgetDoneTask({ jobs }: Engine, clock: Clock, log: Logger): DueTask {
  const task = new DueTask({
    name: "forget-done",
    // One that another broker keeps for less is there so much longer.
    longestSleepMs: 5_000,
    clock,
    log,
    work: async () => {
      const { count, nextAt } = await jobs.forgetDone();
      return count > 0 ? clock.now() : nextAt;
    },
  });
  jobs.events.on("kept", (forgetAt) => task.wakeAt(forgetAt));
  return task;
}
